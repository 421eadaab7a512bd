"""The catalogue as a file, for those who may see its books."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from books.exporting import CONTENT_TYPES, FILE_NAMES, FORMATS
from books.exporting.reading import records


class Exporting:
    """For the admin of books: one address for each format."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.export_view))
        exports = [
            path(f"export/{format}/", view, {"format": format}, name=f"books_book_export_{format}")
            for format in FORMATS
        ]
        return [*exports, *super().get_urls()]  # type: ignore[misc]

    def export_view(self, request: HttpRequest, format: str) -> StreamingHttpResponse:
        """Sent while it is read, so that no catalogue is too large for the memory."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        headers = {"Content-Disposition": content_disposition_header(True, FILE_NAMES[format])}
        return StreamingHttpResponse(FORMATS[format](records()), content_type=CONTENT_TYPES[format], headers=headers)
