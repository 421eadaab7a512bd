"""Search and suggestions, from the search index; whether a book is there now, from PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from books import queries
from books.search.paging import InvalidCursor
from books.search.queries import SearchResult, search_books, suggest
from books.search.querying import InvalidQuery
from books.search.store import FacetCount
from books.search_serializers import SearchIn, SearchOut, SuggestionOut
from books.wanted import UnknownName, filters_from, refuse_unknown
from library_portal.api.json import dumps
from library_portal.api.schema import may_refuse


class BookSearch(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="books_search",
        summary="Find books: best match first",
        parameters=[SearchIn],
        responses={200: SearchOut},
        tags=["books"],
    )
    @may_refuse(InvalidQuery, InvalidCursor, UnknownName)
    def get(self, request: Request) -> HttpResponse:
        given = SearchIn(data=request.query_params)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        result = search_books(
            text=asked["q"],
            filters=filters_from(asked),
            sort=asked["sort"],
            page=asked["page"],
            cursor=asked.get("cursor", ""),
            page_size=asked["page_size"],
            facets=asked["facets"],
        )
        if not result.total:
            refuse_unknown(asked)
        return HttpResponse(dumps(_answer(request, asked, result)), "application/json")


def _answer(request: Request, asked: dict[str, Any], result: SearchResult) -> dict[str, Any]:
    here = remove_query_param(request.build_absolute_uri(), "page")
    return {
        "count": result.total,
        "next": result.next and replace_query_param(here, "cursor", result.next),
        "previous": result.previous and replace_query_param(here, "cursor", result.previous),
        "results": _results(result, asked.get("status")),
        "facets": _by_kind(result.facets),
        "did_you_mean": result.did_you_mean,
        "store": result.store,
        "degraded": result.degraded,
    }


def _results(result: SearchResult, status: str | None) -> list[dict[str, Any]]:
    """Each hit as the catalogue has it now. What went since it was indexed is left out, and what has another status."""
    found = {hit.document.book_id: hit for hit in result.hits}
    rows = queries.book_summaries(book_ids=list(found))
    marks = ((row, found[row["id"]]) for row in rows if status in (None, row["status"]))
    return [{**row, "score": hit.score, "highlighted_title": hit.highlighted_title} for row, hit in marks]


def _by_kind(facets: Iterable[FacetCount]) -> dict[str, list[dict[str, Any]]]:
    kinds = defaultdict(list)
    for kind, value, label, count in facets:
        kinds[kind].append({"value": value, "label": label, "count": count})
    return kinds


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
