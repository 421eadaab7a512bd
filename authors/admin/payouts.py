"""Loans by author and period with the masked bank account, as a page and as CSV. For admins."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from authors.payouts import Payout, Period, all_payouts, payouts
from authors.queries import linked_accounts
from library_portal import audit
from library_portal.admin_inputs import YEARS
from library_portal.admin_lists import csv_download
from library_portal.audit.models import Action

COLUMNS = ["author_id", "author", "username", "from", "to", "loans", "bank_account", "iban"]
ON_A_PAGE = 50


class MonthField(forms.DateField):
    """A month, as browsers send it; its first day."""

    widget = forms.DateInput(attrs={"type": "month", "placeholder": "2026-01"}, format="%Y-%m")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m"], **options)


class PeriodForm(forms.Form):
    first = MonthField(label=_("From"))
    last = MonthField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and not (first <= last and first.year in YEARS and last.year in YEARS):
            self.add_error("last", _("The period ends before it begins, or is no time of ours."))
        return given


class PayoutPages:
    """For the admin of author accounts."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        page, download = (self.admin_site.admin_view(require_safe(view)) for view in (self.page_view, self.csv_view))
        return [
            path("payouts/", page, name="authors_payouts"),
            path("payouts.csv", download, name="authors_payouts_csv"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def page_view(self, request: HttpRequest) -> HttpResponse:
        """The month before this one, unless another period is asked for."""
        _check_may_see(request)
        form = _form(request.GET)
        page = Paginator(linked_accounts(), ON_A_PAGE).get_page(request.GET.get("page"))
        period = _period(form)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Author payouts"),
            "form": form,
            "page": page,
            "rows": payouts(page.object_list, period=period) if period else [],
            "period": period,
        }
        return render(request, "admin/authors/payouts.html", context, status=200 if period else 400)

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        _check_may_see(request)
        period = _period(_form(request.GET))
        if period is None:
            return self.page_view(request)
        audit.record(Action.PAYOUTS_EXPORTED, first=f"{period.first:%Y-%m}", last=f"{period.last:%Y-%m}")
        rows = (_cells(one, period) for one in all_payouts(period=period))
        return csv_download(f"payouts_{period}.csv", columns=COLUMNS, rows=rows)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(  # type: ignore[misc]
            request, {**(extra_context or {}), "may_see_payouts": _may_see(request)}
        )


def _cells(payout: Payout, period: Period) -> list[Any]:
    account, bank = payout.account, payout.bank_account
    months = [f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"]
    return [account.author_id, account.author.name, account.user.username, *months, payout.loans, bank.state, bank.iban]


def _form(asked: QueryDict) -> PeriodForm:
    if "first" in asked or "last" in asked:
        return PeriodForm(asked)
    before = _month_before(timezone.localdate())
    return PeriodForm({"first": f"{before:%Y-%m}", "last": f"{before:%Y-%m}"})


def _month_before(day: date) -> date:
    return date(day.year - 1, 12, 1) if day.month == 1 else date(day.year, day.month - 1, 1)


def _period(form: PeriodForm) -> Period | None:
    return Period(**form.cleaned_data) if form.is_valid() else None


def _may_see(request: HttpRequest) -> bool:
    return request.user.has_perm("authors.change_authoraccount")  # type: ignore[union-attr]


def _check_may_see(request: HttpRequest) -> None:
    if not _may_see(request):
        raise PermissionDenied
