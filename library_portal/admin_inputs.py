"""The admin's choices and date filters refuse what no browser sends instead of failing on it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

YEARS = range(1900, 2200)


class ShowsOnlyIds:
    """Nothing is shown as chosen for what cannot be an id: the field says why it is refused."""

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> list[Any]:
        ids = [one for one in value if one.isascii() and one.isdigit() and len(one) < 19]
        return super().optgroups(name, ids, attr)  # type: ignore[misc]


class ForgivingSelect(ShowsOnlyIds, AutocompleteSelect):
    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """A script puts a field of its own in place of the select; while it is empty, the placeholder names it."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-placeholder": attrs.get("aria-label", self.field.verbose_name)}


class ForgivingSelectMultiple(ShowsOnlyIds, AutocompleteSelectMultiple):
    pass


class ForgivingChoices:
    """Mixin of an admin or an inline with `autocomplete_fields`."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", ForgivingSelect(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", ForgivingSelectMultiple(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class OneDayFilter(admin.SimpleListFilter):
    """Rows of one day in the library's time zone: one of those `offered`, in days from today, or one typed in."""

    template = "admin/day_filter.html"
    offered: list[tuple[int, Any]] = []
    day: str | None = None
    others: list[tuple[str, str]] = []

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.others = others_than(self.parameter_name, request)
        today = timezone.localdate()
        return [((today + timedelta(days=days)).isoformat(), name) for days, name in self.offered]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Raises IncorrectLookupParameters: the whole list is shown."""
        self.day = self.value()
        if not self.day:
            return rows
        try:
            day = date.fromisoformat(self.day)
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        if day.year not in YEARS:
            raise IncorrectLookupParameters
        return self.of_day(rows, day)

    def of_day(self, rows: QuerySet[Any], day: date) -> QuerySet[Any]:
        raise NotImplementedError


def others_than(parameter: str, request: HttpRequest) -> list[tuple[str, str]]:
    """What else the list is narrowed to, for a form that must not forget it."""
    return [(name, value) for name, value in request.GET.items() if name not in (parameter, "p", "e")]


class ForgivingDateFilter(admin.DateFieldListFilter):
    """In place of the stock one for every date: `?joined_at__gte=x` is told of, and so are days no calendar has."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for name in (self.lookup_kwarg_since, self.lookup_kwarg_until):
            if name in self.used_parameters:
                self.used_parameters[name] = [self._instant(text) for text in self.used_parameters[name]]
        return super().queryset(request, queryset)

    def _instant(self, text: str) -> date:
        """An aware time, or a day for a field of days. Raises IncorrectLookupParameters: the whole list is shown."""
        try:
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        if found.year not in YEARS:
            raise IncorrectLookupParameters
        if not isinstance(self.field, models.DateTimeField):
            return found.date()
        return found if timezone.is_aware(found) else timezone.make_aware(found)


def register_date_filter() -> None:
    admin.FieldListFilter.register(lambda field: isinstance(field, models.DateField), ForgivingDateFilter, True)
