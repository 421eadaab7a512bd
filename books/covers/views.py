"""Cover pictures for browsers. Nothing else of what people uploaded is ever served."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from books.covers import files

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def cover_picture(_request: HttpRequest, folder: str, name: str) -> HttpResponse:
    content = files.read(folder, name)
    if content is None:
        raise Http404
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, "image/webp", headers=headers)
