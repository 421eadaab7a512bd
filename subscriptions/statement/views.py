"""The statement to take away, and the receipt of one entry. Everybody sees their own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from library_portal.errors import NotFound
from library_portal.interface import dollars
from subscriptions import queries
from subscriptions.references import meanings
from subscriptions.statement.csv_file import csv_lines
from subscriptions.statement.filters import StatementFilter
from subscriptions.statement.pdf_file import statement_pdf

# Some sixty pages: more is for spreadsheets.
MOST_IN_PDF = 3000


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    chosen = StatementFilter(request.GET, queryset=queries.statement(user_id=request.user.pk))
    if not chosen.is_valid():
        return _back(request, _("Please check the dates."))
    lines = csv_lines(chosen.qs.iterator(chunk_size=500))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=_file("statement.csv"))


@login_required
@require_safe
def as_pdf(request: HttpRequest) -> HttpResponse:
    chosen = StatementFilter(request.GET, queryset=queries.statement(user_id=request.user.pk))
    if not chosen.is_valid():
        return _back(request, _("Please check the dates."))
    entries = list(chosen.qs[: MOST_IN_PDF + 1])
    if len(entries) > MOST_IN_PDF:
        return _back(request, _("That is too long for a PDF: choose fewer days, or CSV."))
    balance = _("Balance: %(amount)s") % {"amount": dollars(queries.wallet_of(user_id=request.user.pk).balance)}
    content = statement_pdf(entries, holder=request.user.get_full_name(), balance=balance)
    return HttpResponse(content, content_type="application/pdf", headers=_file("statement.pdf"))


@login_required
@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    entry = queries.statement(user_id=request.user.pk).filter(pk=pk).first()
    if entry is None:
        raise NotFound
    shown = {"entry": entry, "meaning": meanings([entry]).get(entry.pk)}
    return render(request, "subscriptions/receipt.html", shown)


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}


def _back(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("wallet")
