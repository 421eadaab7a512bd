"""Places in a queue by HTTP: letting the next reader go first; moves by librarians."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.idempotency import Idempotent
from library_portal.api.permissions import IsLibrarian
from library_portal.api.schema import may_refuse
from reservations import events, services
from reservations.api.answers import reservation_response, visible_reservation
from reservations.api.requests import MoveRequest
from reservations.serializers import ReservationSerializer


class ReservationDefer(Idempotent, APIView):
    deed = events.ReservationDeferred

    @extend_schema(
        operation_id="reservations_defer",
        summary="Let the next reader have the held copy, and stand right behind; what was paid goes back",
        request=None,
        responses={200: ReservationSerializer},
    )
    @may_refuse(services.NotOffered, services.TooManyPending, services.NobodyElse)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        if not self.done():
            services.defer(reservation_id=reservation.pk, now=timezone.now())
        return reservation_response(request, pk)


class ReservationMove(Idempotent, APIView):
    deed = events.ReservationChanged
    permission_classes = [IsLibrarian]

    @extend_schema(
        operation_id="reservations_move",
        summary="Give a place in the queue another position (librarians)",
        request=MoveRequest,
        responses={200: ReservationSerializer},
        examples=[OpenApiExample("to the front", {"position": 1, "reason": "Exam next week"}, request_only=True)],
    )
    @may_refuse(services.NotMovable)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        asked = MoveRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        if not self.done():
            services.move(reservation_id=reservation.pk, now=timezone.now(), **asked.validated_data)
        return reservation_response(request, pk)
