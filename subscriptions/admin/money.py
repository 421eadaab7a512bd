"""Revenue and outstanding debts by month: as bars, as a table, as CSV. For admins."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from library_portal.admin_lists import csv_download
from subscriptions.admin.chart import charts
from subscriptions.money_by_month import SPANS, MoneyByMonth, money_by_month, owed_before


class MoneyPage:
    """For the admin of the ledger."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        page, download = (self.admin_site.admin_view(require_safe(view)) for view in (self.money_view, self.csv_view))
        return [
            path("money/", page, name="subscriptions_money"),
            path("money.csv", download, name="subscriptions_money_csv"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def money_view(self, request: HttpRequest) -> HttpResponse:
        _check_may_see(request)
        span, today = _span(request), timezone.localdate()
        money = money_by_month(months=span, today=today)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Money by month"),
            "span": span,
            "spans": SPANS,
            "money": money,
            "charts": charts(money),
            "owed_before": owed_before(months=span, today=today),
        }
        return render(request, "admin/subscriptions/money.html", context)

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        _check_may_see(request)
        money = money_by_month(months=_span(request), today=timezone.localdate())
        return csv_download("money.csv", columns=["month", *(one.code for one in money.series)], rows=_rows(money))


def _rows(money: MoneyByMonth) -> Iterator[list[Any]]:
    for month, amounts in money.rows():
        yield [f"{month:%Y-%m}", *amounts]


def _check_may_see(request: HttpRequest) -> None:
    if not request.user.has_perm("subscriptions.change_wallet"):  # type: ignore[union-attr]
        raise PermissionDenied


def _span(request: HttpRequest) -> int:
    return SPANS[1] if request.GET.get("months") == str(SPANS[1]) else SPANS[0]
