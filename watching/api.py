"""`watches/`: the books and authors that the caller wants to be told of."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.pagination import CursorPagination
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound
from watching import queries, services
from watching.serializers import WatchIn, WatchOut

OF_A_BOOK = OpenApiParameter("book", int, description="Stop watching this book")
OF_AN_AUTHOR = OpenApiParameter("author", int, description="Stop following this author")
EXAMPLES = [
    OpenApiExample("a book", {"book": 42}, request_only=True),
    OpenApiExample("an author", {"author": 7}, request_only=True),
]


class WatchList(GenericAPIView):
    serializer_class = WatchOut
    pagination_class = CursorPagination
    filter_backends: list[Any] = []

    def get_queryset(self) -> Any:
        return queries.watches_of(user_id=self.request.user.pk)

    @extend_schema(
        operation_id="watches_list",
        summary="The books I watch and the authors I follow, newest first",
        responses={200: WatchOut(many=True)},
        tags=["watches"],
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(WatchOut(queries.described(page or []), many=True).data)

    @extend_schema(
        operation_id="watches_create",
        summary="Tell me once when this book is available, or of every new book by this author",
        description="Asking again changes nothing and answers 200. A book that is on the shelf is refused: reserve it.",
        request=WatchIn,
        responses={201: WatchOut, 200: WatchOut},
        examples=EXAMPLES,
        tags=["watches"],
    )
    @may_refuse(NotFound, services.OnTheShelf, services.TooManyWatches)
    def post(self, request: Request) -> Response:
        asked = _asked(request.data)
        begin = services.watch_book if "book_id" in asked else services.follow_author
        begun = begin(user_id=request.user.pk, **asked)
        [watched] = queries.described([begun.watch])
        return Response(WatchOut(watched).data, status=201 if begun.is_new else 200)

    @extend_schema(
        operation_id="watches_stop",
        summary="Stop watching a book or following an author; twice is no error",
        description="Which one is said in the query, or as JSON like that of POST.",
        request=None,
        responses={204: None},
        parameters=[OF_A_BOOK, OF_AN_AUTHOR],
        tags=["watches"],
    )
    def delete(self, request: Request) -> Response:
        asked = _asked(request.data or request.query_params)
        stop = services.stop_watching if "book_id" in asked else services.stop_following
        stop(user_id=request.user.pk, **asked)
        return Response(status=204)


def _asked(given: Any) -> dict[str, int]:
    """`book_id` or `author_id`. Raises ValidationError of REST framework."""
    asked = WatchIn(data=given)
    asked.is_valid(raise_exception=True)
    return {f"{name}_id": value for name, value in asked.validated_data.items()}


class WatchDetail(APIView):
    @extend_schema(operation_id="watches_delete", summary="End one watch", responses={204: None}, tags=["watches"])
    def delete(self, request: Request, pk: int) -> Response:
        services.end_watch(user_id=request.user.pk, watch_id=pk)
        return Response(status=204)
