"""Reserving, looking, changing dates, cancelling. A patron sees and touches only their own; librarians all."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import accounts.queries
from library_portal.api.idempotency import Idempotent
from library_portal.api.schema import may_refuse
from library_portal.errors import Forbidden, InvalidInput, NotFound
from reservations import queries, services, standing
from reservations.api.answers import ReservationPages, reservation_response, visible_reservation
from reservations.api.requests import ChangeRequest, ReservationRequest, reason_in
from reservations.events import ReservationCreated
from reservations.filters import ReservationFilter
from reservations.models import Reservation, Status
from reservations.serializers import ReservationSerializer
from subscriptions.services import InsufficientFunds

# Documented at the endpoint that reserves; the use case and its checks raise them.
MAY_NOT_RESERVE = (
    NotFound,
    InsufficientFunds,
    services.AlreadyReserved,
    services.BookUnavailable,
    services.TooManyPending,
    standing.QuotaReached,
    standing.DurationTooLong,
    standing.Blocked,
)
MAY_NOT_CHANGE = (
    InsufficientFunds,
    services.NotChangeable,
    services.NotExtendable,
    services.QueueNotEmpty,
    standing.DurationTooLong,
    standing.Blocked,
)
CHANGES = [
    OpenApiExample("other days", {"days": 5}, request_only=True),
    OpenApiExample("longer, until a day", {"due_on": "2026-12-24"}, request_only=True),
    OpenApiExample("pause", {"paused_until": "2027-01-07"}, request_only=True),
    OpenApiExample("go on", {"paused_until": None}, request_only=True),
]


class ReservationList(Idempotent, ReservationPages):
    deed = ReservationCreated
    filterset_class = ReservationFilter

    def get_queryset(self) -> Any:
        if self.request.user.is_staff:
            return queries.reservations()
        return queries.reservations_of(user_id=self.request.user.pk)

    @extend_schema(operation_id="reservations_list", summary="Own reservations; all for librarians")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="reservations_create",
        summary="Reserve a book: hold a free copy, or join the queue",
        request=ReservationRequest,
        responses={201: ReservationSerializer},
        examples=[
            OpenApiExample("a week", {"book": 17, "days": 7}, request_only=True),
            OpenApiExample("now or not at all", {"book": 17, "join_queue": False}, request_only=True),
            OpenApiExample("for a patron (librarians)", {"book": 17, "user": 42}, request_only=True),
        ],
    )
    @may_refuse(*MAY_NOT_RESERVE)
    def post(self, request: Request) -> Response:
        asked = ReservationRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        user_id = _who_gets_it(request, asked.validated_data)
        earlier = self.done()
        reservation_id = earlier[0].reservation_id if earlier else _reserve(user_id, asked.validated_data)
        return reservation_response(request, reservation_id, status.HTTP_201_CREATED)


def _reserve(user_id: int, asked: dict[str, Any]) -> int:
    reservation = services.reserve(
        user_id=user_id,
        book_id=asked["book"],
        days=asked.get("days"),
        join_queue=asked["join_queue"],
        now=timezone.now(),
    )
    return reservation.pk


def _who_gets_it(request: Request, asked: dict[str, Any]) -> int:
    """The caller, or whom a librarian names. Raises Forbidden, InvalidInput."""
    user_id: int = asked.get("user", request.user.pk)
    if user_id == request.user.pk:
        return user_id
    if not request.user.is_staff:
        raise Forbidden
    try:
        return accounts.queries.user(user_id=user_id).pk
    except accounts.queries.UserNotFound as error:
        raise InvalidInput(errors={"user": [error.title]}) from error


class ReservationDetail(APIView):
    @extend_schema(
        operation_id="reservations_retrieve",
        summary="One reservation",
        responses={200: ReservationSerializer},
    )
    def get(self, request: Request, pk: int) -> Response:
        return reservation_response(request, visible_reservation(request, pk).pk)

    @extend_schema(
        operation_id="reservations_replace",
        summary="Other days, a longer loan, or a pause in the queue: one of them",
        request=ChangeRequest,
        responses={200: ReservationSerializer},
        examples=CHANGES,
    )
    @may_refuse(*MAY_NOT_CHANGE, services.NotPausable)
    def put(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        asked = ChangeRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        _change(reservation, **asked.validated_data)
        return reservation_response(request, pk)

    @extend_schema(
        operation_id="reservations_update",
        summary="The same as PUT",
        request=ChangeRequest,
        responses={200: ReservationSerializer},
        examples=CHANGES,
    )
    @may_refuse(*MAY_NOT_CHANGE, services.NotPausable)
    def patch(self, request: Request, pk: int) -> Response:
        return self.put(request, pk)

    @extend_schema(
        operation_id="reservations_cancel",
        summary="Cancel; what was paid goes back in full",
        parameters=[OpenApiParameter("reason", str, description="A librarian's, for the audit log")],
        request=None,
        responses={204: None},
    )
    @may_refuse(services.NotCancellable)
    def delete(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        services.cancel(reservation_id=reservation.pk, now=timezone.now(), reason=reason_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _change(reservation: Reservation, **asked: Any) -> None:
    """`asked` is one of `days`, `due_on`, `paused_until`; on a loan the first two are an extension."""
    now = timezone.now()
    if "paused_until" in asked:
        services.pause(reservation_id=reservation.pk, until=asked["paused_until"], now=now)
    elif reservation.status == Status.ACTIVE:
        until = asked.get("due_on") or reservation.starts_on + timedelta(days=asked["days"])
        services.extend(reservation_id=reservation.pk, until=until, now=now)
    else:
        days = _days_from_today(asked["due_on"]) if "due_on" in asked else asked["days"]
        services.change_days(reservation_id=reservation.pk, days=days, now=now)


def _days_from_today(due_on: date) -> int:
    """Raises InvalidInput for a day that is over."""
    days = (due_on - timezone.localdate()).days
    if days < 1:
        raise InvalidInput(errors={"due_on": [_("A day to come is expected.")]})
    return days
