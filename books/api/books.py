"""The books: list, detail, and what librarians do with them."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from books import queries, services
from books.api.answers import book_response, kept_book, kept_list, version_to_change
from books.api.book_pages import BookPages
from books.filters import BookFilter
from books.isbn import InvalidIsbn
from books.models import Book
from books.search.querying import InvalidQuery
from books.serializers import BookDetailOut, BookIn, BookOut, LendingIn
from books.wanted import UnknownName, refuse_unknown
from library_portal.api.permissions import IsLibrarianOrReadOnly
from library_portal.api.schema import may_refuse

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the book as you read it: 412 when it has changed",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the answer you have: 304 while it holds",
)
EXAMPLE = OpenApiExample(
    "a book",
    {
        "title": "The Dispossessed",
        "authors": ["Ursula K. Le Guin", {"name": "Ann Other", "role": "translator"}],
        "year": 1974,
        "isbns": ["9780061054884"],
    },
    request_only=True,
)
CORRECTION = OpenApiExample("a correction", {"year": 1974, "genres": ["Science fiction"]}, request_only=True)
WITHHELD = OpenApiExample("not lent any more", {"status": "unavailable"}, request_only=True)


class BookList(GenericAPIView):
    permission_classes = [IsLibrarianOrReadOnly]
    filterset_class = BookFilter
    pagination_class = BookPages
    serializer_class = BookOut

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return Book.objects.filter(withdrawn_at=None)

    @extend_schema(
        operation_id="books_list",
        summary="Books, newest first",
        responses={200: BookOut(many=True)},
        parameters=[IF_NONE_MATCH],
        tags=["books"],
    )
    @may_refuse(InvalidQuery, UnknownName)
    def get(self, request: Request) -> HttpResponse:
        return kept_list(request, self._page)

    def _page(self) -> object:
        """First the ids, out of an index alone, then only the books shown."""
        wanted = BookFilter(self.request.query_params, self.get_queryset(), request=self.request)
        if not wanted.is_valid():
            raise ValidationError(wanted.errors)
        ids = self.paginate_queryset(wanted.book_ids()) or []
        if not ids:
            refuse_unknown(wanted.form.cleaned_data)
        return self.get_paginated_response(queries.book_summaries(book_ids=ids)).data

    @extend_schema(
        operation_id="books_create",
        summary="Enter a book (librarians)",
        request=BookIn,
        responses={201: BookDetailOut},
        examples=[EXAMPLE],
        tags=["books"],
    )
    def post(self, request: Request) -> HttpResponse:
        given = BookIn(data=request.data)
        given.is_valid(raise_exception=True)
        book = services.create_book(values=given.validated_data, now=timezone.now())
        return book_response(book.pk, status=201)


class BookDetail(APIView):
    permission_classes = [IsLibrarianOrReadOnly]

    @extend_schema(
        operation_id="books_retrieve",
        summary="One book",
        responses={200: BookDetailOut},
        parameters=[IF_NONE_MATCH],
        tags=["books"],
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        return kept_book(request, pk)

    @extend_schema(
        operation_id="books_replace",
        summary="Say everything of a book anew (librarians)",
        request=BookIn,
        responses={200: BookDetailOut},
        parameters=[IF_MATCH],
        examples=[EXAMPLE],
        tags=["books"],
    )
    @may_refuse(services.StaleBook)
    def put(self, request: Request, pk: int) -> HttpResponse:
        return self._change(request, pk, BookIn(data=request.data))

    @extend_schema(
        operation_id="books_update",
        summary="Correct a book (librarians)",
        request=BookIn,
        responses={200: BookDetailOut},
        parameters=[IF_MATCH],
        examples=[CORRECTION],
        tags=["books"],
    )
    @may_refuse(services.StaleBook)
    def patch(self, request: Request, pk: int) -> HttpResponse:
        return self._change(request, pk, BookIn(data=request.data, partial=True))

    def _change(self, request: Request, pk: int, given: BookIn) -> HttpResponse:
        given.is_valid(raise_exception=True)
        version = version_to_change(request, queries.book_version(book_id=pk), services.StaleBook)
        services.update_book(book_id=pk, changes=given.validated_data, version=version, now=timezone.now())
        return book_response(pk)

    @extend_schema(
        operation_id="books_delete",
        summary="Delete a book, or withdraw one that has a history (librarians)",
        responses={204: None},
        parameters=[IF_MATCH],
        tags=["books"],
    )
    @may_refuse(services.StaleBook, services.BookInUse)
    def delete(self, request: Request, pk: int) -> Response:
        version = version_to_change(request, queries.book_version(book_id=pk), services.StaleBook)
        services.withdraw_or_delete_book(book_id=pk, version=version, now=timezone.now())
        return Response(status=204)


class BookLending(APIView):
    permission_classes = [IsLibrarianOrReadOnly]

    @extend_schema(
        operation_id="books_set_status",
        summary="Lend or withhold the whole title (librarians)",
        request=LendingIn,
        responses={200: BookDetailOut},
        examples=[WITHHELD],
        tags=["books"],
    )
    def put(self, request: Request, pk: int) -> HttpResponse:
        given = LendingIn(data=request.data)
        given.is_valid(raise_exception=True)
        is_lendable = given.validated_data["status"] == queries.AVAILABLE
        services.set_lendable(book_id=pk, is_lendable=is_lendable, now=timezone.now())
        return book_response(pk)


class BookByIsbn(APIView):
    permission_classes = [IsLibrarianOrReadOnly]

    @extend_schema(
        operation_id="books_by_isbn",
        summary="One book by its ISBN in any form",
        responses={200: BookDetailOut},
        parameters=[OpenApiParameter("isbn", OpenApiTypes.STR, OpenApiParameter.PATH), IF_NONE_MATCH],
        tags=["books"],
    )
    @may_refuse(InvalidIsbn)
    def get(self, request: Request, isbn: str) -> HttpResponse:
        return kept_book(request, queries.book_id_by_isbn(isbn=isbn))
