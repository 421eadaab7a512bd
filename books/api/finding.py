"""Search and suggestions, from the search index; whether a book is there now, from PostgreSQL."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from books import queries
from books.search.queries import Hit, SearchResult, search_books, suggest
from books.search.querying import Filters, InvalidQuery
from books.search.store import COUNT_LIMIT
from books.serializers import SearchIn, SearchOut, SuggestionOut
from library_portal.api.schema import may_refuse

ID_OR_NAME = ("author", "genre", "publisher")
AS_GIVEN = ("language", "cover", "year_min", "year_max")


class BookSearch(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="books_search",
        summary="Find books: best match first",
        parameters=[SearchIn],
        responses={200: SearchOut},
        tags=["books"],
    )
    @may_refuse(InvalidQuery)
    def get(self, request: Request) -> Response:
        given = SearchIn(data=request.query_params)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        result = search_books(
            text=asked["q"],
            filters=_filters(asked),
            sort=asked["sort"],
            page=asked["page"],
            page_size=asked["page_size"],
            facets=asked["facets"],
        )
        return Response(SearchOut(_answer(request, asked, result)).data)


def _filters(asked: dict[str, Any]) -> Filters:
    named = {**asked, "genre": asked.get("genre") or asked.get("category")}
    by_id_or_name = {kind: _id_or_name(named[kind]) for kind in ID_OR_NAME if named.get(kind)}
    return Filters(**by_id_or_name, **{name: asked[name] for name in AS_GIVEN if name in asked})


def _id_or_name(value: str) -> int | str:
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else value


def _answer(request: Request, asked: dict[str, Any], result: SearchResult) -> dict[str, Any]:
    page, read = asked["page"], asked["page"] * asked["page_size"]
    here = request.build_absolute_uri()
    more = read < result.total and read + asked["page_size"] <= COUNT_LIMIT
    return {
        "count": result.total,
        "next": replace_query_param(here, "page", page + 1) if more else None,
        "previous": replace_query_param(here, "page", page - 1) if page > 1 else None,
        "results": _results(result.hits),
        "facets": result.facets,
        "did_you_mean": result.did_you_mean,
        "store": result.store,
        "degraded": result.degraded,
    }


def _results(hits: list[Hit]) -> list[dict[str, Any]]:
    """Each hit as the catalogue has it now; books that went since the index was written are left out."""
    found = {hit.document.book_id: hit for hit in hits}
    rows = queries.book_summaries(book_ids=list(found))
    marks = ((row, found[row["id"]]) for row in rows)
    return [{**row, "score": hit.score, "highlighted_title": hit.highlighted_title} for row, hit in marks]


class BookSuggest(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="books_suggest",
        summary="Up to 8 titles and authors for what is being typed",
        parameters=[OpenApiParameter("q", str, required=True)],
        responses={200: SuggestionOut(many=True)},
        filters=False,
        tags=["books"],
    )
    @may_refuse(InvalidQuery)
    def get(self, request: Request) -> HttpResponse:
        suggestions = suggest(text=request.query_params.get("q", ""))
        return Response(SuggestionOut(suggestions, many=True).data)
