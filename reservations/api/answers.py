"""Which reservation a caller may ask for, and how it is answered."""

from typing import Any

from django.conf import settings
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from library_portal.api.pagination import CursorPagination
from library_portal.errors import Forbidden, NotFound
from reservations import queries
from reservations.models import Reservation
from reservations.serializers import ReservationSerializer


def visible_reservation(request: Request, reservation_id: int) -> Reservation:
    """The caller's own reservation, or any for librarians, without its authors. Raises NotFound for all others."""
    rows = queries.reservations() if request.user.is_staff else queries.reservations_of(user_id=request.user.pk)
    reservation = rows.filter(pk=reservation_id).prefetch_related(None).first()
    if reservation is None:
        raise NotFound
    return reservation


class ReservationPages(ListAPIView):
    """Lists of reservations, each page with its places in the queues and how long each will wait."""

    serializer_class = ReservationSerializer
    pagination_class = CursorPagination

    def paginate_queryset(self, queryset: Any) -> list[Reservation]:
        return queries.with_estimates(super().paginate_queryset(queryset) or [])


def check_self_service(request: Request) -> None:
    """Raises Forbidden where only the desk lends and takes back."""
    if not (request.user.is_staff or settings.SELF_SERVICE):
        raise Forbidden


def as_json(request: Request, reservation_id: int) -> Any:
    [reservation] = queries.with_estimates([queries.reservations().get(pk=reservation_id)])
    return ReservationSerializer(reservation, context={"request": request}).data


def reservation_response(request: Request, reservation_id: int, code: int = status.HTTP_200_OK) -> Response:
    """The reservation as it is now."""
    return Response(as_json(request, reservation_id), status=code)
