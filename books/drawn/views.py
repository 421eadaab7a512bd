"""Pictures of a book, drawn once an hour at most and asked for again by their tag."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from books.drawn.addresses import PNG
from books.drawn.pictures import CARD_SIZE, COVER_SIZE, DESIGN, drawn
from books.queries import BookNotFound, Row, book_summaries
from books.templatetags.covers import facts_of
from library_portal.api.etag import not_modified, weak_etag

KEPT_SECONDS = 3600


@require_safe
def cover(request: HttpRequest, pk: int) -> HttpResponse:
    return _picture(request, pk, COVER_SIZE)


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    return _picture(request, pk, CARD_SIZE)


def _picture(request: HttpRequest, pk: int, size: tuple[int, int]) -> HttpResponse:
    book = _book(pk)
    etag = weak_etag(DESIGN, size, facts_of(book))
    if (unchanged := not_modified(request, etag)) is not None:
        return unchanged
    picture = cache.get_or_set(f"drawn:{etag}", lambda: drawn(book, size), KEPT_SECONDS)
    return HttpResponse(picture, PNG, headers={"ETag": etag, "Cache-Control": f"public, max-age={KEPT_SECONDS}"})


def _book(pk: int) -> Row:
    for book in book_summaries(book_ids=[pk]):
        return book
    raise BookNotFound
