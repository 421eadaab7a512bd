"""What the list of reservations is narrowed to. Each has an index; none reads the whole table to offer its choices."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from library_portal.admin_inputs import ForgivingSelect, OneDayFilter, others_than
from reservations.models import Reservation, Status

Rows = QuerySet[Reservation]


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Status.choices)

    def queryset(self, request: HttpRequest, rows: Rows) -> Rows:
        return rows.filter(status=self.value()) if self.value() in Status.values else rows


class OverdueFilter(admin.SimpleListFilter):
    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, rows: Rows) -> Rows:
        if self.value() == "yes":
            return rows.filter(status=Status.ACTIVE, due_on__lt=timezone.localdate())
        return rows


class LostFilter(admin.SimpleListFilter):
    """From here a copy is found again, long after its loan has ended."""

    title = _("lost copy")
    parameter_name = "lost"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Lost"))]

    def queryset(self, request: HttpRequest, rows: Rows) -> Rows:
        return rows.filter(lost_on__isnull=False) if self.value() == "yes" else rows


class DueDayFilter(OneDayFilter):
    """Loans that are due on one day."""

    title = _("due day")
    parameter_name = "due_on"
    offered = [(0, _("Today")), (1, _("Tomorrow"))]

    def of_day(self, rows: Rows, day: date) -> Rows:
        return rows.filter(status=Status.ACTIVE, due_on=day)


class ChosenFilter(admin.SimpleListFilter):
    """One person or one book, found by typing; links from their pages lead here too."""

    template = "admin/reservations/choice_filter.html"
    field = ""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.widget = ForgivingSelect(Reservation._meta.get_field(self.field), model_admin.admin_site)
        self.others = others_than(self.parameter_name, request)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("", "")]  # the choices are found by typing, not listed

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        if self.value():
            everything = changelist.get_query_string(remove=[self.parameter_name])
            yield {"selected": False, "query_string": everything, "display": _("All")}

    def queryset(self, request: HttpRequest, rows: Rows) -> Rows:
        """Raises IncorrectLookupParameters: the whole list is shown."""
        chosen = self.value()
        if not chosen:
            return rows
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
            raise IncorrectLookupParameters
        return rows.filter(**{f"{self.field}_id": int(chosen)})

    def select(self) -> str:
        self.widget.choices = Reservation._meta.get_field(self.field).formfield().choices
        name = f"filter-{self.field}"
        return self.widget.render(self.parameter_name, [self.value() or ""], {"id": name, "aria-label": self.title})


class PatronFilter(ChosenFilter):
    title, parameter_name, field = _("patron"), "user__id__exact", "user"


class BookFilter(ChosenFilter):
    title, parameter_name, field = _("book"), "book__id__exact", "book"
