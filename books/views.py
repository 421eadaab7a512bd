"""Pages of the catalogue."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from books import queries
from books.beside import books_of_author_shown, related_books
from books.browsing import Shown, Wish, browse
from books.drawn.addresses import card_of
from books.forms import AUTHOR_SORTS, AuthorForm, CatalogueForm, sorts_for
from books.search.querying import InvalidQuery


@require_safe
@vary_on_headers("HX-Request")
def catalogue(request: HttpRequest) -> HttpResponse:
    """The whole page, or for a search that is being typed only what changes."""
    wish = CatalogueForm(request.GET).wish()
    swaps = request.htmx and not request.htmx.history_restore_request
    template = "books/_catalogue.html" if swaps else "books/catalogue.html"
    return render(request, template, {"wish": wish, "sorts": sorts_for(wish), **_found(wish)})


def _found(wish: Wish) -> dict[str, Any]:
    try:
        shown = browse(wish)
    except InvalidQuery as refusal:
        shown, refused = Shown(books=[], total=0, page=1, pages=1), refusal
    else:
        refused = None
    by_kind = sorted(shown.facets, key=attrgetter("kind"))
    facets = {kind: list(counts) for kind, counts in groupby(by_kind, key=attrgetter("kind"))}
    return {"shown": shown, "facets": facets, "refused": refused}


@require_safe
def book_page(request: HttpRequest, pk: int) -> HttpResponse:
    book = queries.book_detail(book_id=pk)
    shown = {"book": book, "related": related_books(book), "card": card_of(book)}
    return render(request, "books/book.html", shown)


@require_safe
def author_page(request: HttpRequest, pk: int) -> HttpResponse:
    if merged_into := queries.author_merged_into(former_id=pk):
        return redirect("author", merged_into, permanent=True)
    author, asked = queries.author_detail(author_id=pk), AuthorForm(request.GET).asked()
    shown = books_of_author_shown(author_id=pk, **asked)
    context = {"author": author, "shown": shown, "sorts": AUTHOR_SORTS, "sort": asked["sort"]}
    return render(request, "books/author.html", context)
