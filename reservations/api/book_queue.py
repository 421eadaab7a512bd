"""`/api/v1/books/{id}/queue/`: who waits for a book, for librarians."""

import re
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

import books.queries
from library_portal.api.pagination import CursorPagination
from library_portal.api.permissions import IsLibrarian
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound
from reservations import queries
from reservations.models import Reservation
from reservations.places import ORDER, Place, ahead_of, behind, place_of
from reservations.places.sets import EPOCH, MICROSECOND
from reservations.serializers import RefusalSerializer, ReservationSerializer
from reservations.waiters import Waiter, queue_of, waiters

CURSOR = re.compile(r"(-?)(\d{1,5})\.(\d{1,16})\.(\d{1,18})", re.ASCII)
BACKWARDS = tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in ORDER)


class QueuePages(CursorPagination):
    """A cursor is the place behind which a page begins, or, with `-`, ahead of which it ends: three fields deep."""

    def paginate_queryset(
        self, queryset: QuerySet[Reservation], request: Request, view: Any = None
    ) -> list[Reservation]:
        self.address, size = request.build_absolute_uri(), self.get_page_size(request)
        back, place = _read(request.query_params.get(self.cursor_query_param, ""))
        if place is not None:
            queryset = queryset.filter(ahead_of(place) if back else behind(place))
        rows = list((queryset.order_by(*BACKWARDS) if back else queryset)[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        self.page = rows[::-1] if back else rows
        self.has_next, self.has_previous = (True, more) if back else (more, place is not None)
        return self.page

    def get_next_link(self) -> str | None:
        return self._link(place_of(self.page[-1])) if self.page and self.has_next else None

    def get_previous_link(self) -> str | None:
        if not self.has_previous:
            return None
        return self._link(place_of(self.page[0]), "-") if self.page else self._first()

    def _link(self, place: Place, back: str = "") -> str:
        instant = (place.queued_at - EPOCH) // MICROSECOND
        return replace_query_param(
            self.address, self.cursor_query_param, f"{back}{place.priority}.{instant}.{place.pk}"
        )

    def _first(self) -> str:
        return remove_query_param(self.address, self.cursor_query_param)


def _read(cursor: str) -> tuple[bool, Place | None]:
    """Raises ValidationError for what this list has not made."""
    if not cursor:
        return False, None
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise ValidationError({"cursor": [_("This is not a cursor of this list.")]})
    back, priority, instant, pk = found.groups()
    return bool(back), Place(int(priority), EPOCH + timedelta(microseconds=int(instant)), int(pk))


class WaiterSerializer(serializers.Serializer):
    reservation = ReservationSerializer()
    plan = serializers.CharField(source="plan.code")
    is_moved = serializers.BooleanField(source="reservation.is_moved", help_text="by a librarian, or by itself")
    is_paused = serializers.BooleanField()
    passed_over = serializers.ListField(
        child=serializers.ChoiceField(choices=["limit", "funds", "blocked"]),
        source="reservation.told_reasons",
        help_text="why, each reason once, the last one last",
    )
    refusal = RefusalSerializer(allow_null=True, help_text="why no copy could be held now, or null")


class BookQueue(ListAPIView):
    permission_classes = [IsLibrarian]
    serializer_class = WaiterSerializer
    pagination_class = QueuePages
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Reservation]:
        return queue_of(book_id=self.kwargs["pk"])

    def paginate_queryset(self, queryset: Any) -> list[Waiter]:
        return waiters(queries.with_places(super().paginate_queryset(queryset) or []), now=timezone.now())

    @extend_schema(operation_id="books_queue", summary="Who waits for a book, the next one first (librarians)")
    @may_refuse(NotFound)
    def get(self, request: Request, pk: int, *args: Any, **kwargs: Any) -> Response:
        books.queries.status_of(book_id=pk)
        return super().get(request, *args, **kwargs)
