"""Which entries of the ledger: by kind and by days of the library's time zone."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions.models import LedgerEntry


class StatementFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(
        choices=LedgerEntry.Kind.choices, label=_("What"), widget=forms.CheckboxSelectMultiple
    )
    since = django_filters.DateFilter(
        field_name="created_at", lookup_expr="date__gte", label=_("From"), widget=forms.DateInput({"type": "date"})
    )
    until = django_filters.DateFilter(
        field_name="created_at", lookup_expr="date__lte", label=_("To"), widget=forms.DateInput({"type": "date"})
    )

    class Meta:
        model = LedgerEntry
        fields: list[str] = []
