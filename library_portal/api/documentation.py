"""The OpenAPI document and the two pages that show it.

Both pages show pictures that come inside their own files (`data:`). ReDoc also searches in a worker made from its own
script (`blob:`), puts its rules into style elements that are empty in the document, and brings one style of its own,
for scroll bars: the hashes allow just those. Its footer asks for a picture of another host, which stays forbidden.
"""

from threading import Lock
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
SWAGGER_NEEDS = {"img-src": ["data:"]}
SCROLL_BARS = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
REDOC_NEEDS = {"img-src": ["data:"], "style-src": [EMPTY_STYLE, SCROLL_BARS], "worker-src": ["blob:"]}


class Document(SpectacularAPIView):
    making = Lock()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with self.making:  # drf-spectacular loads its extensions at its first use, which two at once do not survive
            return super().dispatch(request, *args, **kwargs)


@method_decorator(csp_update(SWAGGER_NEEDS), name="dispatch")
class SwaggerPage(SpectacularSwaggerSplitView):
    http_method_names = ["get", "head"]

    def finalize_response(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page asks for a weaker opener policy, for logins by OAuth: there are none."""
        response = super().finalize_response(*args, **kwargs)
        del response["Cross-Origin-Opener-Policy"]
        return response


@method_decorator(csp_update(REDOC_NEEDS), name="dispatch")
class RedocPage(SpectacularRedocView):
    http_method_names = ["get", "head"]
