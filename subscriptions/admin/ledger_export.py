"""The ledger as CSV, for admins: the list as it is narrowed, streamed, however long."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

import accounts.queries
from library_portal import audit
from library_portal.admin_lists import csv_download
from library_portal.audit.models import Action
from subscriptions.admin.money import check_may_see_money
from subscriptions.models import LedgerEntry

ROWS_AT_ONCE = 2_000
COLUMNS = ["id", "created_at", "patron", "kind", "amount", "balance_after", "reference", "reason"]


class LedgerExport:
    """For the admin of the ledger."""

    admin_site: Any
    get_changelist_instance: Any

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(require_safe(self.export_view))
        return [path("export/", export, name="subscriptions_ledger_export"), *super().get_urls()]  # type: ignore[misc]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        check_may_see_money(request)
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        _write_down(request.GET, searched=listed.query)
        return csv_download("ledger.csv", columns=COLUMNS, rows=_rows(listed.queryset))


def _write_down(asked: QueryDict, *, searched: str) -> None:
    """Who was searched for is known by number: the audit log keeps no names of those who leave."""
    person = accounts.queries.user_by_identifier(searched.strip())
    narrowed = asked.copy()
    if person:
        del narrowed["q"]
    audit.record(Action.LEDGER_EXPORTED, whom_id=person and person.pk, narrowed=narrowed.urlencode())


def _rows(entries: QuerySet[LedgerEntry]) -> Iterator[list[Any]]:
    for one in entries.iterator(chunk_size=ROWS_AT_ONCE):
        amounts = [one.amount, one.balance_after]
        yield [one.pk, one.created_at.isoformat(), one.wallet.user, one.kind, *amounts, one.reference, one.reason]
