"""The addresses of every book and author for search engines (sitemaps.org), in parts.

A part holds the ids of one range: it is never too long, and found without counting or skipping what is before it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.db.models import DateTimeField, Exists, F, Max, OuterRef, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from books import caches
from books.models import Author, Authorship, Book
from library_portal.api.etag import not_modified, weak_etag
from library_portal.public import public_page

PART = 10_000
XML = "application/xml"
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

Entry = tuple[str, datetime | None]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _kept(request, "index", lambda: _document("sitemapindex", "sitemap", _parts()))


@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    """What is neither a book nor an author."""
    addresses = [(public_page(name), None) for name in ("home", "books")]
    return _kept(request, "pages", lambda: _document("urlset", "url", addresses))


@require_safe
def books(request: HttpRequest, part: int) -> HttpResponse:
    return _kept(request, f"books:{part}", lambda: _part("book", _books().values_list("pk", "updated_at"), part))


@require_safe
def authors(request: HttpRequest, part: int) -> HttpResponse:
    return _kept(
        request,
        f"authors:{part}",
        lambda: _part("author", _authors().values_list("pk", Value(None, DateTimeField())), part),
    )


def _books() -> QuerySet[Book]:
    return Book.objects.filter(withdrawn_at=None)


def _authors() -> QuerySet[Author]:
    """Those of whom a reader may find something."""
    return Author.objects.filter(Exists(Authorship.objects.filter(author=OuterRef("pk"), book__withdrawn_at=None)))


def _parts() -> Iterable[Entry]:
    yield public_page("sitemap-pages"), None
    number = F("pk") / PART
    for part, changed_at in _books().values_list(number).annotate(Max("updated_at")).order_by(number):
        yield public_page("sitemap-books", part), changed_at
    for (part,) in _authors().values_list(number).distinct().order_by(number):
        yield public_page("sitemap-authors", part), None


def _part(page: str, rows: QuerySet[Any], part: int) -> bytes:
    found = list(rows.filter(pk__gte=part * PART, pk__lt=(part + 1) * PART).order_by("pk"))
    if not found:
        raise Http404
    beginning, _zero, end = public_page(page, 0).rpartition("0")
    return _document("urlset", "url", ((f"{beginning}{pk}{end}", changed_at) for pk, changed_at in found))


def _document(name: str, entry: str, addresses: Iterable[Entry]) -> bytes:
    lines = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{SPACE}">']
    for address, changed_at in addresses:
        changed = f"<lastmod>{changed_at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed_at else ""
        lines.append(f"<{entry}><loc>{escape(address)}</loc>{changed}</{entry}>")
    return "\n".join([*lines, f"</{name}>\n"]).encode()


def _kept(request: HttpRequest, key: str, build: Callable[[], bytes]) -> HttpResponse:
    """Kept until anything in the catalogue changes."""
    body = caches.kept(caches.LISTS, f"sitemap:{key}", build)
    etag = weak_etag(body)
    answer = not_modified(request, etag) or HttpResponse(body, XML)
    answer["ETag"] = etag
    return answer
