"""`/api/v1/users/`: people, for librarians and admins; `users/{id}/` is also another address of one's own account."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import queries, services
from accounts import serializers as shapes
from accounts.api.me import WHOLE_EXAMPLE, Me
from accounts.api.privacy import delete_account
from accounts.api.requests import require_confirmed, validated
from accounts.models import PATRON_ROLES, Role, User
from accounts.services import ConfirmationNeeded, OnOneself
from accounts.tokens import TokenRevoked
from library_portal.api.pagination import CursorPagination
from library_portal.api.permissions import IsLibrarian
from library_portal.api.schema import may_refuse
from library_portal.errors import Forbidden, NotFound, RateLimited
from library_portal.personal_data import MayNotLeave


def one_of(name: str, *serializers: Any, many: bool = False) -> PolymorphicProxySerializer:
    return PolymorphicProxySerializer(
        component_name=name, serializers=list(serializers), resource_type_field_name=None, many=many
    )


def as_seen_by(request: Request, user: User) -> dict[str, Any]:
    """Librarians see of their colleagues who they are, and no address."""
    whole = request.user.is_superuser or user.is_patron
    return (shapes.PersonOut if whole else shapes.ColleagueOut)(user).data


class PersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="filter_q",
        max_length=100,
        help_text="how a username, a name, an e-mail or a phone begins; several words",
    )
    role = django_filters.ChoiceFilter(choices=Role.choices)
    is_active = django_filters.BooleanFilter()

    class Meta:
        model = User
        fields: list[str] = []

    def filter_q(self, people: QuerySet[User], name: str, text: str) -> QuerySet[User]:
        contacts_of = Role.values if self.request.user.is_superuser else PATRON_ROLES
        return people.filter(queries.begins(text, contacts_of=contacts_of))


class People(GenericAPIView):
    permission_classes = [IsLibrarian]
    queryset = User.objects.none()
    filterset_class = PersonFilter
    pagination_class = CursorPagination

    @extend_schema(
        operation_id="list_users",
        summary="People, newest first; librarians see of their colleagues no address",
        responses=one_of("PersonListed", shapes.PersonOut, shapes.ColleagueOut, many=True),
        tags=["users"],
    )
    @may_refuse(TokenRevoked)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(queries.people()))
        return self.get_paginated_response([as_seen_by(request, user) for user in page or []])

    @extend_schema(
        operation_id="create_patron",
        summary="Enter a patron, who gets a link to set the password by e-mail or SMS",
        request=shapes.NewPatronIn,
        responses={201: shapes.PersonOut},
        examples=[
            OpenApiExample(
                "patron", {"username": "ada", "email": "ada@library.example", "first_name": "Ada"}, request_only=True
            )
        ],
        tags=["users"],
    )
    @may_refuse(TokenRevoked)
    def post(self, request: Request) -> Response:
        user = services.invite_person(user=User(**validated(shapes.NewPatronIn, request)), now=timezone.now())
        return Response(shapes.PersonOut(user).data, status=201)


class Person(Me):
    """One's own account is answered for as under `users/me/`."""

    @extend_schema(
        operation_id="get_user",
        summary="One person: oneself, or anybody for librarians and admins",
        responses=one_of("PersonSeen", shapes.MeOut, shapes.PersonOut, shapes.ColleagueOut),
        tags=["users"],
    )
    @may_refuse(TokenRevoked, NotFound)
    def get(self, request: Request, pk: int) -> Response:
        return super().get(request) if pk == request.user.pk else Response(as_seen_by(request, known(request, pk)))

    @extend_schema(
        operation_id="update_user",
        summary="Change parts: oneself as under users/me/; admins names, role, access; librarians patrons' access",
        request=one_of("PersonChange", shapes.MeIn, shapes.PersonIn, shapes.PatronAccessIn),
        responses=one_of("PersonChanged", shapes.MeChangedOut, shapes.PersonOut),
        examples=[OpenApiExample("deactivate", {"is_active": False}, request_only=True)],
        tags=["users"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, RateLimited, NotFound, OnOneself)
    def patch(self, request: Request, pk: int) -> Response:
        return super().patch(request) if pk == request.user.pk else change(request, pk, partial=True)

    @extend_schema(
        operation_id="replace_user",
        summary="Change all that the caller may change of this person",
        request=one_of("PersonWhole", shapes.WholeMeIn, shapes.PersonIn, shapes.PatronAccessIn),
        responses=one_of("PersonReplaced", shapes.MeChangedOut, shapes.PersonOut),
        examples=[OpenApiExample("oneself, everything", WHOLE_EXAMPLE, request_only=True)],
        tags=["users"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, RateLimited, NotFound, OnOneself)
    def put(self, request: Request, pk: int) -> Response:
        return super().put(request) if pk == request.user.pk else change(request, pk, partial=False)

    @extend_schema(
        operation_id="delete_user",
        summary="Delete an account: one's own, or anybody's for admins",
        parameters=[OpenApiParameter("forfeit", bool, description="true: what is left in the wallet is given up")],
        responses={204: OpenApiResponse(description="Deleted")},
        tags=["users"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, MayNotLeave, NotFound)
    def delete(self, request: Request, pk: int) -> Response:
        if pk == request.user.pk:
            return super().delete(request)
        known(request, pk)
        if not request.user.is_superuser:
            raise Forbidden
        require_confirmed(request)
        delete_account(request, user_id=pk)
        return Response(status=204)


def known(request: Request, user_id: int) -> User:
    """Who the caller may know of. Raises NotFound."""
    user = queries.people().filter(pk=user_id).first() if request.user.is_staff else None
    if user is None:
        raise NotFound
    return user


def change(request: Request, user_id: int, *, partial: bool) -> Response:
    """By staff. Raises NotFound, Forbidden, ValidationError of REST framework."""
    user, is_admin = known(request, user_id), request.user.is_superuser
    if not (is_admin or user.is_patron):
        raise Forbidden
    given = (shapes.PersonIn if is_admin else shapes.PatronAccessIn)(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    wanted, now = dict(given.validated_data), timezone.now()
    access = {field: wanted.pop(field) for field in ("role", "is_active") if field in wanted}
    services.change_access(user_id=user_id, by_id=request.user.pk, now=now, **access)
    services.change_person(user_id=user_id, now=now, **wanted)
    return Response(as_seen_by(request, queries.user(user_id=user_id)))
