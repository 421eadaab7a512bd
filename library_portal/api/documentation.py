"""The OpenAPI document and the two pages that show it.

Both pages show pictures that come inside their own files (`data:`). ReDoc also searches in a worker made from its own
script (`blob:`), puts its rules into style elements that are empty in the document, and brings one style of its own,
for scroll bars: the hashes allow just those. Its footer asks for a picture of another host, which stays forbidden.
"""

from functools import lru_cache
from threading import Lock
from typing import Any

from csp.decorators import csp_update
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from library_portal.api.etag import not_modified, weak_etag

EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
SWAGGER_NEEDS = {"img-src": ["data:"]}
SCROLL_BARS = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
REDOC_NEEDS = {"img-src": ["data:"], "style-src": [EMPTY_STYLE, SCROLL_BARS], "worker-src": ["blob:"]}


class Document(SpectacularAPIView):
    """Made once per process and format: it is the same for everybody, and making it takes more than a second."""

    making = Lock()

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        with self.making:  # drf-spectacular loads its extensions at its first use, which two at once do not survive
            document = _document(type(renderer))
        etag = weak_etag(document)
        answer = HttpResponse(document, f"{renderer.media_type}; charset=utf-8", headers={"ETag": etag})
        return not_modified(request, etag) or answer


@lru_cache
def _document(renderer: type[BaseRenderer]) -> bytes:
    return renderer().render(SchemaGenerator().get_schema(request=None, public=True))


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
