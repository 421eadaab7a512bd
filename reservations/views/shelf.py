"""A patron's shelf: what is ready, on loan, waited for, and what has ended."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reservations import queries
from reservations.forms import HistoryForm
from reservations.history import history_page
from reservations.models import Reservation
from reservations.offers import Offer, offers_for, would_extend_all


@login_required
@require_safe
def shelf(request: HttpRequest) -> HttpResponse:
    user = request.user
    shown = _open_ones(user.pk) | {
        "history": history_page(user_id=user.pk, before=HistoryForm(request.GET).cursor()),
        "keeps_history": user.keeps_loan_history,
        "remembered_days": settings.LOAN_HISTORY_DAYS,
    }
    return render(request, "reservations/shelf.html", shown)


def _open_ones(user_id: int) -> dict[str, Any]:
    found = queries.shelf(user_id=user_id)
    every = [*found.ready, *found.on_loan, *found.waiting]
    _with_covers(every)
    offers = {offer.reservation.pk: offer for offer in offers_for(every, user_id=user_id, now=timezone.now())}

    def part(reservations: list[Reservation]) -> list[Offer]:
        return [offers[one.pk] for one in reservations]

    loans = part(found.on_loan)
    return {
        "ready": part(found.ready),
        "on_loan": loans,
        "waiting": part(queries.with_estimates(found.waiting)),
        "all_longer": would_extend_all(loans),
    }


def _with_covers(reservations: list[Reservation]) -> None:
    prefetch_related_objects([one.book for one in reservations], "genres")
