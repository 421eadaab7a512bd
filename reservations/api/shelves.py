"""`/api/v1/users/…/books/`: which books somebody has. Patrons see their own, librarians everybody's."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

import accounts.queries
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound
from reservations import queries
from reservations.api.answers import ReservationPages
from reservations.models import WITH_COPY, Status


class BooksOf(ReservationPages):
    filter_backends: list[Any] = []


class MyBooks(BooksOf):
    def get_queryset(self) -> Any:
        return queries.reservations_of(user_id=self.request.user.pk).filter(status__in=WITH_COPY)

    @extend_schema(operation_id="users_me_books", summary="My copies: held for me, or on loan")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class MyBorrowedBooks(BooksOf):
    def get_queryset(self) -> Any:
        return queries.reservations_of(user_id=self.request.user.pk).filter(status=Status.ACTIVE)

    @extend_schema(operation_id="users_borrowed_books", summary="The books I have on loan")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class BorrowedBooks(BooksOf):
    def get_queryset(self) -> Any:
        return queries.reservations_of(user_id=self.kwargs["pk"]).filter(status=Status.ACTIVE)

    @extend_schema(operation_id="users_borrowed_books_of", summary="The books a patron has on loan, for librarians")
    @may_refuse(NotFound)
    def get(self, request: Request, pk: int, *args: Any, **kwargs: Any) -> Response:
        if not (request.user.is_staff or request.user.pk == pk):
            raise NotFound
        accounts.queries.user(user_id=pk)
        return super().get(request, *args, **kwargs)
