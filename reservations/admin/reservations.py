"""The list of reservations, for staff: bounded and indexed whatever it is narrowed to; acts through the services."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.forms import Media
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

import accounts.queries
import books.queries
from books.search.queries import ids_found
from library_portal.admin_lists import FirstPages
from library_portal.interface import dollars
from reservations import queries
from reservations.admin.acts.page import Acting
from reservations.admin.details import Detailed
from reservations.admin.filters import (
    BookFilter,
    DueDayFilter,
    LostFilter,
    OverdueFilter,
    PatronFilter,
    StatusFilter,
)
from reservations.admin.queue import Queued, queue_address
from reservations.admin.reserving import ReserveForm, Reserving
from reservations.models import Reservation, Status

BOOKS_FOUND = 50


class WithPlaces(ChangeList):
    """Reads the places in queues for the rows of this page only."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = queries.with_places(self.result_list)


@admin.register(Reservation)
class ReservationAdmin(Acting, Detailed, Queued, Reserving, admin.ModelAdmin):
    list_display = ["number", "user", "book", "copy", "state", "until", "place", "paid_so_far"]
    list_filter = [StatusFilter, OverdueFilter, DueDayFilter, LostFilter, PatronFilter, BookFilter]
    list_select_related = ["user", "book", "copy"]
    search_fields = ["pk"]  # `get_search_results` decides; this one shows the box
    search_help_text = _("A whole username, e-mail, phone or barcode; words of a title; #number")
    sortable_by = ()
    ordering = ["-pk"]
    paginator = FirstPages
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole table
    fieldsets = [
        (None, {"fields": ["state", "user", "book", "copy", "days"]}),
        (_("Queue"), {"fields": [("joined_at", "queued_at"), ("priority", "is_moved"), "paused_until"]}),
        (
            _("Dates"),
            {
                "fields": [
                    ("ready_at", "hold_until"),
                    ("starts_on", "due_on"),
                    ("extensions", "lost_on"),
                    ("closed_at", "changed_at"),
                ]
            },
        ),
        (
            _("Money"),
            {
                "fields": [
                    ("price", "discount_name", "discount_percent"),
                    ("paid", "refunded"),
                    ("late_fee", "lost_fee"),
                ]
            },
        ),
    ]

    @property
    def media(self) -> Media:
        """The list's filters by person and book are chosen by typing."""
        return super().media + ReserveForm(admin_site=self.admin_site).media

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[WithPlaces]:
        return WithPlaces

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Reservation], search_term: str
    ) -> tuple[QuerySet[Reservation], bool]:
        term = search_term.strip()
        return (queryset.filter(_named(term)) if term else queryset), False

    def has_change_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        """A reservation changes only by its transitions; the acts ask for this permission themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        return False

    @admin.display(description=_("number"))
    def number(self, row: Reservation) -> str:
        return f"#{row.pk}"

    @admin.display(description=_("status"))
    def state(self, row: Reservation) -> str:
        if row.lost_on:
            return _("copy lost")
        if row.is_overdue and row.due_on:
            late = (timezone.localdate() - row.due_on).days
            return ngettext("%(days)s day late", "%(days)s days late", late) % {"days": late}
        return row.get_status_display()

    @admin.display(description=_("until"))
    def until(self, row: Reservation) -> str:
        if row.status == Status.READY and row.hold_until:
            return date_format(timezone.localtime(row.hold_until), "j M, H:i")
        if row.status == Status.PENDING and row.paused_until:
            return _("paused until %(day)s") % {"day": date_format(row.paused_until, "j M")}
        if row.closed_at:
            return date_format(timezone.localtime(row.closed_at), "j M Y")
        return date_format(row.due_on, "j M") if row.due_on else "–"

    @admin.display(description=_("place"))
    def place(self, row: Reservation) -> str:
        if not row.queue_position:
            return "–"
        words = _("%(place)s of %(length)s") % {"place": row.queue_position, "length": row.queue_length}
        return format_html('<a href="{}">{}</a>', queue_address(row.remembered_book_id), words)

    @admin.display(description=_("paid"))
    def paid_so_far(self, row: Reservation) -> str:
        return dollars(row.paid - row.refunded) if row.paid else "–"


def _named(term: str) -> Q:
    """Looks each up by its own index, then the reservations by theirs."""
    number = term.removeprefix("#")
    person = accounts.queries.user_by_identifier(term)
    copy = books.queries.copy_by_barcode(barcode=term)
    found = Q(book__in=ids_found(text=term, limit=BOOKS_FOUND))
    if person:
        found |= Q(user=person.pk)
    if copy:
        found |= Q(copy=copy.pk)
    if number.isascii() and number.isdigit() and len(number) < 19:
        found |= Q(pk=int(number))
    return found
