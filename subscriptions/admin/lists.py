"""What all lists of money have in common: nothing is changed in them, and they may be long."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from library_portal.admin_lists import FirstPages
from library_portal.outbox.admin import ReadOnly


class MoneyList(ReadOnly, admin.ModelAdmin):
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
