"""Revenue and outstanding debts by month: as bars, as a table, as CSV. For admins."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from library_portal.admin_lists import csv_download
from subscriptions.admin.chart import charts
from subscriptions.money_by_month import SPANS, MoneyByMonth, money_by_month, owed_before

# What the page begins with; the charts of all other lines are folded up.
AT_ONCE = ("revenue", "owed")


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
        check_may_see_money(request)
        span, today = _span(request), timezone.localdate()
        money = money_by_month(months=span, today=today)
        drawn = charts(money)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Money by month"),
            "span": span,
            "spans": SPANS,
            "money": money,
            "rows": [(month, entries_of(month), amounts) for month, amounts in money.rows()],
            "charts": [one for one in drawn if one.series.code in AT_ONCE],
            "charts_of_lines": [one for one in drawn if one.series.code not in AT_ONCE],
            "owed_before": owed_before(months=span, today=today),
        }
        return render(request, "admin/subscriptions/money.html", context)

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        check_may_see_money(request)
        money = money_by_month(months=_span(request), today=timezone.localdate())
        return csv_download("money.csv", columns=["month", *(one.code for one in money.series)], rows=_rows(money))


def _rows(money: MoneyByMonth) -> Iterator[list[Any]]:
    for month, amounts in money.rows():
        yield [f"{month:%Y-%m}", *amounts]


def entries_of(month: date) -> str:
    """The list of the ledger, narrowed to it."""
    following = (month + timedelta(days=31)).replace(day=1)
    span = urlencode({"created_at__gte": month, "created_at__lt": following})
    return f"{reverse('admin:subscriptions_ledgerentry_changelist')}?{span}"


def may_see_money(request: HttpRequest) -> bool:
    return request.user.has_perm("subscriptions.change_wallet")  # type: ignore[union-attr]


def check_may_see_money(request: HttpRequest) -> None:
    if not may_see_money(request):
        raise PermissionDenied


def _span(request: HttpRequest) -> int:
    return SPANS[1] if request.GET.get("months") == str(SPANS[1]) else SPANS[0]
