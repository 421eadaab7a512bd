"""The OpenAPI document and the two pages that show it."""

from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView


class Document(SpectacularAPIView):
    making = Lock()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with self.making:  # drf-spectacular loads its extensions at its first use, which two at once do not survive
            return super().dispatch(request, *args, **kwargs)


class SwaggerPage(SpectacularSwaggerView):
    http_method_names = ["get", "head"]


class RedocPage(SpectacularRedocView):
    http_method_names = ["get", "head"]
