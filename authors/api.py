"""`authors/{id}/` and `users/me/author/`: what readers see of an author, and what the author sees."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import accounts.services
import books.queries
from accounts.api.requests import validated
from accounts.authentication import session_id_of
from accounts.services import ConfirmationNeeded
from accounts.tokens import TokenRevoked
from authors import queries, services
from authors import serializers as shapes
from authors.queries import NoAuthorAccount
from authors.services import NotYourAuthor
from books.api.answers import author_response, kept_author, version_to_change
from books.api.books import IF_NONE_MATCH
from books.readership import loans_by_book, loans_by_month
from books.services import StaleAuthor
from library_portal.api.permissions import IsAuthor
from library_portal.api.schema import may_refuse

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the author as you read it: 412 when the page has changed",
)


class AuthorDetail(APIView):
    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(
        operation_id="authors_retrieve",
        summary="One author",
        responses={200: shapes.AuthorDetailOut},
        parameters=[IF_NONE_MATCH],
        tags=["catalogue"],
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        return kept_author(request, pk)

    @extend_schema(
        operation_id="authors_update",
        summary="Change an author's page (the author, librarians)",
        request=shapes.AuthorIn,
        responses={200: shapes.AuthorDetailOut},
        parameters=[IF_MATCH],
        examples=[
            OpenApiExample("a page", {"biography": "Wrote at a small table.", "city": "Bath"}, request_only=True)
        ],
        tags=["catalogue"],
    )
    @may_refuse(TokenRevoked, NotYourAuthor, ConfirmationNeeded, StaleAuthor)
    def patch(self, request: Request, pk: int) -> HttpResponse:
        changes, now = validated(shapes.AuthorIn, request), timezone.now()
        current = books.queries.author_version(author_id=pk)
        version = version_to_change(request, current, StaleAuthor)
        if "bank_account" in changes:
            accounts.services.require_confirmed(session_id=session_id_of(request), now=now)
        services.edit_author(author_id=pk, user_id=request.user.id, changes=changes, version=version, now=now)
        return author_response(pk)


class OwnAuthor(APIView):
    permission_classes = [IsAuthor]

    @extend_schema(
        operation_id="users_me_author",
        summary="The author I am: my page, how much I am read, my bank account masked",
        responses={200: shapes.OwnAuthorOut},
        parameters=[shapes.SpanIn],
        tags=["users"],
    )
    @may_refuse(TokenRevoked, NoAuthorAccount)
    def get(self, request: Request) -> Response:
        asked = shapes.SpanIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(shapes.OwnAuthorOut(_own_author(request, **asked.validated_data)).data)


def _own_author(request: Request, months: int) -> dict[str, Any]:
    author_id = queries.own_author_id(user_id=request.user.id)
    if author_id is None:
        raise NoAuthorAccount
    period = {"author_id": author_id, "months": months, "today": timezone.localdate()}
    return {
        "author": books.queries.author_detail(author_id=author_id),
        "bank_account": asdict(queries.shown_bank_account(user_id=request.user.id)),
        "loans_by_month": [asdict(month) for month in loans_by_month(**period)],
        "loans_by_book": loans_by_book(**period),
    }
