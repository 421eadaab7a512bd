"""The reservation endpoints. A patron sees and touches only their own; librarians all."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.idempotency import Idempotent
from library_portal.api.pagination import CursorPagination
from library_portal.api.schema import may_refuse
from library_portal.errors import Forbidden, NotFound
from reservations import queries, services, standing
from reservations.filters import ReservationFilter
from reservations.models import Reservation
from reservations.serializers import (
    AvailabilitySerializer,
    QuoteRequest,
    QuoteSerializer,
    ReservationRequest,
    ReservationSerializer,
    ReturnSerializer,
)
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


def visible_reservation(request: Request, reservation_id: int) -> Reservation:
    """The caller's own reservation, or any for librarians. Raises NotFound for all others."""
    rows = queries.reservations() if request.user.is_staff else queries.reservations_of(user_id=request.user.pk)
    reservation = rows.filter(pk=reservation_id).first()
    if reservation is None:
        raise NotFound
    return reservation


def check_self_service(request: Request) -> None:
    """Raises Forbidden where only the desk lends and takes back."""
    if not (request.user.is_staff or settings.SELF_SERVICE):
        raise Forbidden


class ReservationResponse:
    """Answers with the reservation as it is now."""

    def reservation_response(self, request: Request, reservation_id: int, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.as_json(request, reservation_id), status=code)

    def as_json(self, request: Request, reservation_id: int) -> Any:
        reservation = queries.reservations().get(pk=reservation_id)
        return ReservationSerializer(reservation, context={"request": request}).data


class ReservationList(Idempotent, ReservationResponse, ListAPIView):
    serializer_class = ReservationSerializer
    pagination_class = CursorPagination
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
    )
    @may_refuse(*MAY_NOT_RESERVE)
    def post(self, request: Request) -> Response:
        asked = ReservationRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        reservation = services.reserve(
            user_id=request.user.pk,
            book_id=asked.validated_data["book"],
            days=asked.validated_data.get("days"),
            join_queue=asked.validated_data["join_queue"],
            now=timezone.now(),
        )
        return self.reservation_response(request, reservation.pk, status.HTTP_201_CREATED)


class ReservationQuote(APIView):
    @extend_schema(
        operation_id="reservations_quote",
        summary="Price, discount and limits before confirming; changes nothing",
        request=QuoteRequest,
        responses={200: QuoteSerializer},
    )
    @may_refuse(NotFound)
    def post(self, request: Request) -> Response:
        asked = QuoteRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        quote = queries.quote(
            user_id=request.user.pk,
            book_id=asked.validated_data["book"],
            days=asked.validated_data.get("days"),
            now=timezone.now(),
        )
        return Response(QuoteSerializer(quote).data)


class ReservationDetail(ReservationResponse, APIView):
    @extend_schema(
        operation_id="reservations_retrieve",
        summary="One reservation",
        responses={200: ReservationSerializer},
    )
    def get(self, request: Request, pk: int) -> Response:
        return self.reservation_response(request, visible_reservation(request, pk).pk)

    @extend_schema(
        operation_id="reservations_cancel",
        summary="Cancel; what was paid goes back in full",
        responses={204: None},
    )
    @may_refuse(services.NotCancellable)
    def delete(self, request: Request, pk: int) -> Response:
        services.cancel(reservation_id=visible_reservation(request, pk).pk, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReservationCheckOut(Idempotent, ReservationResponse, APIView):
    @extend_schema(
        operation_id="reservations_checkout",
        summary="Check the held copy out; the loan starts today",
        request=None,
        responses={200: ReservationSerializer},
    )
    @may_refuse(services.NotCheckable)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        check_self_service(request)
        services.check_out(reservation_id=reservation.pk, now=timezone.now())
        return self.reservation_response(request, pk)


class ReservationReturn(Idempotent, ReservationResponse, APIView):
    @extend_schema(
        operation_id="reservations_return",
        summary="Return the copy; twice is no error",
        request=None,
        responses={200: ReturnSerializer},
    )
    @may_refuse(services.NotReturnable)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        check_self_service(request)
        result = services.return_copy(reservation_id=reservation.pk, now=timezone.now())
        return Response(
            {
                "reservation": self.as_json(request, pk),
                "refunded": f"{result.refunded:.2f}",
                "late_fee": f"{result.late_fee:.2f}",
                "owed": f"{result.owed:.2f}",
                "next_reservation": result.next_reservation_id if request.user.is_staff else None,
            }
        )


class BookAvailability(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="books_availability",
        summary="Copies, free copies and people waiting, right now",
        responses={200: AvailabilitySerializer},
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(AvailabilitySerializer(queries.availability(book_id=pk)).data)
