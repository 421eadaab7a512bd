"""The page that asks once more before a book is reserved: price, limits, and what happens then."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

import books.queries
from reservations import queries, receipts, services
from reservations.forms import ReserveForm
from reservations.offers import days_offers, pick_up
from reservations.short_loans import short_loan_days
from reservations.standing import standing_of
from reservations.views.telling import refusals_told


@require_http_methods(["GET", "HEAD", "POST"])
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    """Sent twice, it is one reservation: the second time leads to the first."""
    here = reverse("reserve", args=[pk])
    if not request.user.is_authenticated:
        return redirect_to_login(here if request.method == "POST" else request.get_full_path())
    if queries.has_asked_for(user_id=request.user.pk, book_id=pk):
        messages.info(request, _("You have this reservation already."))
        return redirect("book", pk)
    if request.method == "POST":
        return _reserve(request, book_id=pk, here=here)
    return render(request, "reservations/reserve.html", _before_reserving(request, pk))


def _reserve(request: HttpRequest, *, book_id: int, here: str) -> HttpResponse:
    form = ReserveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose for how many days."))
        return redirect(here)
    here += f"?{urlencode({'days': form.cleaned_data['days'] or ''})}"
    with refusals_told(request, back=here):
        made = services.reserve(user_id=request.user.pk, book_id=book_id, now=timezone.now(), **form.cleaned_data)
        messages.success(request, receipts.of_request(made))
        return redirect("book", book_id)
    return redirect(here)


def _before_reserving(request: HttpRequest, book_id: int) -> dict[str, Any]:
    """Raises BookNotFound."""
    user_id, now = request.user.pk, timezone.now()
    book = books.queries.book_detail(book_id=book_id)
    quote = queries.quote(user_id=user_id, book_id=book_id, days=ReserveForm(request.GET).chosen_days(), now=now)
    standing = standing_of(user_id=user_id, now=now)
    return {
        "book": book,
        "quote": quote,
        "offers": days_offers(standing, daily_fee=quote.daily_fee),
        "standing": standing,
        "full_price": (full_price := quote.daily_fee * quote.days),
        "saved": quote.price - full_price,
        "left": standing.balance - quote.price,
        "max_pending": settings.MAX_PENDING,
        "short_loan": short_loan_days(book_id=book_id),
        "pick_up": pick_up(now=now),
    }
