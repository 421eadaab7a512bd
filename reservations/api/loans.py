"""The loan by HTTP: check-out, extensions, return; a copy lost and found again by librarians."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.idempotency import Idempotent
from library_portal.api.permissions import IsLibrarian
from library_portal.api.schema import may_refuse
from reservations import events, queries, services, standing
from reservations.api.answers import as_json, check_self_service, reservation_response, visible_reservation
from reservations.api.requests import ExtendRequest, LostRequest, ReasonRequest, reason_in
from reservations.serializers import ExtensionsSerializer, ReservationSerializer, ReturnSerializer
from subscriptions.services import InsufficientFunds

NO_REASON = OpenApiExample("nothing to say", {}, request_only=True)
MAY_NOT_EXTEND = (
    InsufficientFunds,
    services.NotExtendable,
    services.QueueNotEmpty,
    standing.DurationTooLong,
    standing.Blocked,
)


class ReservationCheckOut(Idempotent, APIView):
    deed = events.ReservationCheckedOut

    @extend_schema(
        operation_id="reservations_checkout",
        summary="Check the held copy out; the loan starts today",
        request=ReasonRequest,
        responses={200: ReservationSerializer},
        examples=[NO_REASON],
    )
    @may_refuse(services.NotCheckable)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        check_self_service(request)
        reason = reason_in(request)
        if not self.done():
            services.check_out(reservation_id=reservation.pk, now=timezone.now(), reason=reason)
        return reservation_response(request, pk)


class ReservationReturn(Idempotent, APIView):
    deed = events.ReservationReturned

    @extend_schema(
        operation_id="reservations_return",
        summary="Return the copy; twice is no error",
        request=ReasonRequest,
        responses={200: ReturnSerializer},
        examples=[NO_REASON],
    )
    @may_refuse(services.NotReturnable)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        check_self_service(request)
        reason = reason_in(request)
        if earlier := self.done():
            return Response(self._answer(request, pk, earlier[0].refunded, earlier[0].late_fee, earlier[0].owed, None))
        result = services.return_copy(reservation_id=reservation.pk, now=timezone.now(), reason=reason)
        amounts = (f"{amount:.2f}" for amount in (result.refunded, result.late_fee, result.owed))
        return Response(self._answer(request, pk, *amounts, result.next_reservation_id))

    def _answer(
        self, request: Request, pk: int, refunded: str, late_fee: str, owed: str, next_reservation: int | None
    ) -> dict[str, Any]:
        return {
            "reservation": as_json(request, pk),
            "refunded": refunded,
            "late_fee": late_fee,
            "owed": owed,
            "next_reservation": next_reservation if request.user.is_staff else None,
        }


class ReservationExtend(Idempotent, APIView):
    deed = events.ReservationExtended

    @extend_schema(
        operation_id="reservations_extend",
        summary="A longer loan; the extra days are charged",
        request=ExtendRequest,
        responses={200: ReservationSerializer},
        examples=[
            OpenApiExample("as long as possible", {}, request_only=True),
            OpenApiExample("until a day", {"due_on": "2026-12-24"}, request_only=True),
        ],
    )
    @may_refuse(*MAY_NOT_EXTEND)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        asked = ExtendRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        until = asked.validated_data.get("due_on")
        if not self.done():
            services.extend(reservation_id=reservation.pk, until=until, now=timezone.now())
        return reservation_response(request, pk)


class ExtendAll(Idempotent, APIView):
    deed = events.ReservationExtended

    @extend_schema(
        operation_id="reservations_extend_all",
        summary="Extend all of one's own loans: per loan, whether it was or why not",
        request=None,
        responses={200: ExtensionsSerializer},
    )
    def post(self, request: Request) -> Response:
        done = {event.reservation_id for event in self.done()}
        extensions = services.extend_all(user_id=request.user.pk, now=timezone.now(), done=done)
        return Response({"results": self._results(request, extensions)})

    def _results(self, request: Request, extensions: list[services.Extension]) -> list[dict[str, Any]]:
        ids = [one.reservation.pk for one in extensions]
        rows = {row.pk: row for row in queries.with_estimates(queries.reservations().filter(pk__in=ids))}
        results = [
            {
                "reservation": rows[one.reservation.pk],
                "extended": one.refusal is None,
                "refusal": one.refusal,
            }
            for one in extensions
        ]
        return ExtensionsSerializer({"results": results}, context={"request": request}).data["results"]


class ReservationLost(Idempotent, APIView):
    deed = events.ReservationCopyLost
    permission_classes = [IsLibrarian]

    @extend_schema(
        operation_id="reservations_lost",
        summary="The lent copy will not come back: the loan ends, the patron pays it (librarians)",
        request=LostRequest,
        responses={200: ReservationSerializer},
        examples=[OpenApiExample("left on a train", {"reason": "Left on a train"}, request_only=True)],
    )
    @may_refuse(services.NotOnLoan)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        asked = LostRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        if not self.done():
            services.lose_copy(reservation_id=reservation.pk, now=timezone.now(), **asked.validated_data)
        return reservation_response(request, pk)


class ReservationFound(Idempotent, APIView):
    deed = events.ReservationCopyFound
    permission_classes = [IsLibrarian]

    @extend_schema(
        operation_id="reservations_found",
        summary="The lost copy has turned up: its charge goes back (librarians)",
        request=ReasonRequest,
        responses={200: ReservationSerializer},
        examples=[NO_REASON],
    )
    @may_refuse(services.NotLost)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        reason = reason_in(request)
        if not self.done():
            services.find_copy(reservation_id=reservation.pk, now=timezone.now(), reason=reason)
        return reservation_response(request, pk)
