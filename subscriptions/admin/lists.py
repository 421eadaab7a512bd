"""What all lists of money have in common: nothing is changed in them, and they may be long."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal.admin_lists import FirstPages
from library_portal.outbox.admin import ReadOnly
from subscriptions.models import Wallet


class FoundByPerson:
    """For an admin of rows of people: a whole username, e-mail or phone finds theirs, by index."""

    search_fields = ["pk"]  # `get_search_results` decides; this one shows the box
    search_help_text: Any = _("A whole username, e-mail or phone")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (queryset.filter(self.found(term)) if term else queryset), False

    def found(self, term: str) -> Q:
        person = accounts.queries.user_by_identifier(term)
        return self.of(person.pk) if person else Q(pk__in=[])

    def of(self, user_id: int) -> Q:
        return Q(user=user_id)


class MoneyList(FoundByPerson, ReadOnly, admin.ModelAdmin):
    """Of rows that belong to a wallet."""

    paginator = FirstPages
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    list_select_related = ["wallet__user"]
    actions = None

    @admin.display(description=_("patron"))
    def owner(self, row: Any) -> str:
        return str(row.wallet.user)

    def of(self, user_id: int) -> Q:
        """The wallet's number, not a question within a question: that one would read the whole table."""
        return Q(wallet__in=list(Wallet.objects.filter(user=user_id).values_list("pk", flat=True)))
