"""Places in a queue by HTTP: letting the next reader go first."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.idempotency import Idempotent
from library_portal.api.schema import may_refuse
from reservations import events, services
from reservations.api.answers import reservation_response, visible_reservation
from reservations.serializers import ReservationSerializer


class ReservationDefer(Idempotent, APIView):
    @extend_schema(
        operation_id="reservations_defer",
        summary="Let the next reader have the held copy, and stand right behind; what was paid goes back",
        request=None,
        responses={200: ReservationSerializer},
    )
    @may_refuse(services.NotOffered, services.NobodyElse)
    def post(self, request: Request, pk: int) -> Response:
        reservation = visible_reservation(request, pk)
        if not self.done(events.ReservationDeferred):
            services.defer(reservation_id=reservation.pk, now=timezone.now())
        return reservation_response(request, pk)
