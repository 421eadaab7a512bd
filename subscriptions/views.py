"""The wallet's pages."""

from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from library_portal.coming_back import stays_here
from library_portal.errors import RateLimited
from library_portal.interface import dollars
from subscriptions import queries, services
from subscriptions.forms import TopUpForm
from subscriptions.models import Payment
from subscriptions.payments.built_in import payment_at
from subscriptions.payments.provider import ProviderAway, ProviderRefused
from subscriptions.references import meanings
from subscriptions.statement.filters import StatementFilter

AT_ONCE, DEBTS_SHOWN = 20, 10
AMOUNTS_OFFERED = (5, 10, 20, 50)
# In the session: the newest payment, and the page that sent its reader to top up. By another name than before, when the
# page stood there alone.
GO_ON = "payment_and_after"

Status = Payment.Status
# What its patron hears after confirming a payment, or giving it up.
SAID = {
    Status.CONFIRMED: (messages.SUCCESS, _("%(amount)s arrived in your wallet.")),
    Status.CANCELLED: (messages.INFO, _("The payment was cancelled. Nothing was charged.")),
    Status.PENDING: (
        messages.WARNING,
        _("The money is underway already: nobody can stop it. Your wallet will have it."),
    ),
    Status.HELD: (
        messages.WARNING,
        _("You paid, and the money could not be put into the wallet. The library looks into it."),
    ),
}
NO_LONGER_OPEN = (messages.INFO, _("This payment is no longer open. Nothing was charged."))

Row = TypeVar("Row", bound=Model)


@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    return _wallet_page(request, TopUpForm(initial=_asked_for(request)))


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """What another page says is missing, and where to go on once it is there."""
    asked = {name: request.GET[name] for name in ("amount", "next") if name in request.GET}
    return asked if stays_here(asked.get("next", "/")) else {}


@require_http_methods(["GET", "HEAD", "POST"])
def top_up(request: HttpRequest) -> HttpResponse:
    """Start a payment and go to its provider; money appears when the provider confirms. A refused form stands at
    this address: who asks for it again, or comes back from choosing a theme, gets the wallet."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("wallet"))
    if request.method != "POST":
        return redirect("wallet")
    form = TopUpForm(request.POST)
    if not form.is_valid():
        return _wallet_page(request, form, status=422)
    there = form.cleaned_data.pop("next")
    try:
        payment = services.start_top_up(user_id=request.user.pk, **form.cleaned_data)
    except (ProviderAway, ProviderRefused, RateLimited) as refusal:
        form.add_error(None, str(refusal))
        return _wallet_page(request, form, status=refusal.status)
    request.session[GO_ON] = [payment.pk, there]
    return redirect(payment.checkout_url or "wallet")


@login_required
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """A patron's top-ups, newest first."""
    before = request.GET.get("before", "")
    shown, older = _page_of(queries.payments_of(user_id=request.user.pk), before)
    return render(request, "subscriptions/payments.html", {"payments": shown, "older": older, "before": before})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Where people come back to from the provider: it says how the payment stands. Only giving it up changes it."""
    found = get_object_or_404(queries.payments_of(user_id=request.user.pk), pk=pk)
    if request.method == "POST":
        _tell(request, services.cancel_payment(payment_id=found.pk, now=timezone.now()))
        return redirect("payment", pk=found.pk)
    shown = {
        "payment": found,
        "refunds": found.refunds.all(),
        "receipt": queries.top_up_of(payment=found),
        "go_on": _after(request, found),
    }
    return render(request, "subscriptions/payment.html", shown)


def _after(request: HttpRequest, payment: Payment) -> str:
    """Where its reader was before paying, if anywhere."""
    known, there = request.session.get(GO_ON) or (None, "")
    return there if known == payment.pk else ""


@require_http_methods(["GET", "HEAD", "POST"])
def test_payment(request: HttpRequest, token: str) -> HttpResponse:
    """The built-in provider of development: stands where Stripe or PayPal would ask for a card."""
    payment = payment_at(token)
    if request.method != "POST":
        return render(request, "subscriptions/test_payment.html", {"payment": payment})
    if payment.status != Status.PENDING:
        pass  # a provider's page takes no money for what was given up
    elif "confirm" in request.POST:
        payment = services.confirm_payment(payment_id=payment.pk, now=timezone.now())
    else:
        payment = services.cancel_payment(payment_id=payment.pk, now=timezone.now())
    _tell(request, payment)
    there = _after(request, payment)
    if there:
        del request.session[GO_ON]
    return redirect(there or "wallet")


def _tell(request: HttpRequest, payment: Payment) -> None:
    level, words = SAID.get(payment.status, NO_LONGER_OPEN)
    messages.add_message(request, level, words % {"amount": dollars(payment.amount)})


def _wallet_page(request: HttpRequest, form: TopUpForm, status: int = 200) -> HttpResponse:
    user_id, now = request.user.pk, timezone.now()
    chosen = StatementFilter(request.GET, queryset=queries.statement(user_id=user_id))
    before = request.GET.get("before", "")
    entries, older = _page_of(chosen.qs if chosen.is_valid() else chosen.queryset, before)
    debts = list(queries.open_debts(user_id=user_id)[:DEBTS_SHOWN])
    shown: dict[str, Any] = {
        "wallet": queries.wallet_of(user_id=user_id),
        "debts": debts,
        "about_debts": meanings(debts),
        "plan": queries.current_plan(user_id=user_id, now=now),
        "open_payment": queries.open_payment_of(user_id=user_id),
        "entries": entries,
        "meanings": meanings(entries),
        "chosen": chosen,
        "query": _without(request.GET, "before"),
        "before": before,
        "older": older,
        "form": form,
        "amounts": AMOUNTS_OFFERED,
    }
    return render(request, "subscriptions/wallet.html", shown, status=status)


def _without(query: QueryDict, name: str) -> str:
    """What was chosen, for links to further pages of it."""
    kept = query.copy()
    kept.pop(name, None)
    return kept.urlencode()


def _page_of(rows: QuerySet[Row], before: str) -> tuple[list[Row], int | None]:
    """Those older than `before`, and where the next page begins."""
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: AT_ONCE + 1])
    return found[:AT_ONCE], found[AT_ONCE - 1].pk if len(found) > AT_ONCE else None
