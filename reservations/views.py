"""Pages of a patron's reservations. Every action is a form that comes back to a page, of which HTMX takes a part."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from library_portal.coming_back import back_to
from library_portal.errors import Forbidden, NotFound
from reservations import queries, receipts, services
from reservations.forms import ReserveForm
from reservations.models import Reservation
from reservations.standing import ReservationError
from subscriptions.services import InsufficientFunds


@login_required
@require_safe
def shelf(request: HttpRequest) -> HttpResponse:
    return render(request, "reservations/shelf.html", shelf_of(request.user.pk))


def shelf_of(user_id: int) -> dict[str, Any]:
    """The shelf with what its covers need."""
    found = queries.shelf(user_id=user_id)
    every = (*found.ready, *found.on_loan, *found.waiting, *found.history)
    prefetch_related_objects([one.book for one in every if one.book], "genres")
    return {"shelf": found, "self_service": settings.SELF_SERVICE}


def for_readers(action: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """POST only; who is not logged in comes back to the shelf, as an action has no page of its own."""

    @require_POST
    @wraps(action)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(reverse("shelf"))
        return action(request, pk)

    return guarded


@require_POST
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("book", args=[pk]))
    form = ReserveForm(request.POST)
    if form.is_valid():
        _reserve(request, book_id=pk, days=form.cleaned_data["days"])
    else:
        messages.error(request, _("Please choose for how many days."))
    return redirect("book", pk)


def _reserve(request: HttpRequest, *, book_id: int, days: int | None) -> None:
    with _refusal_told(request):
        made = services.reserve(
            user_id=request.user.pk, book_id=book_id, days=days, join_queue=True, now=timezone.now()
        )
        messages.success(request, receipts.of_request(made))


@for_readers
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    reservation = _own(request, pk)
    with _refusal_told(request):
        ended = services.cancel(reservation_id=reservation.pk, now=timezone.now())
        messages.success(request, receipts.of_cancellation(ended))
    return redirect(back_to(request, "shelf"))


@for_readers
def check_out(request: HttpRequest, pk: int) -> HttpResponse:
    reservation = _own(request, pk, self_service=True)
    with _refusal_told(request):
        lent = services.check_out(reservation_id=reservation.pk, now=timezone.now())
        messages.success(request, receipts.of_check_out(lent))
    return redirect(back_to(request, "shelf"))


@for_readers
def return_copy(request: HttpRequest, pk: int) -> HttpResponse:
    reservation = _own(request, pk, self_service=True)
    with _refusal_told(request):
        result = services.return_copy(reservation_id=reservation.pk, now=timezone.now())
        messages.success(request, receipts.of_return(result))
    return redirect(back_to(request, "shelf"))


def _own(request: HttpRequest, pk: int, *, self_service: bool = False) -> Reservation:
    """Raises NotFound for what is not the reader's own, Forbidden where only the desk lends and takes back."""
    reservation = Reservation.objects.filter(pk=pk, user_id=request.user.pk).first()
    if reservation is None:
        raise NotFound
    if self_service and not settings.SELF_SERVICE:
        raise Forbidden
    return reservation


@contextmanager
def _refusal_told(request: HttpRequest) -> Iterator[None]:
    """A refusal becomes a message on the page that follows; what can't be found stays an error page."""
    try:
        yield
    except InsufficientFunds as refusal:
        link = format_html('<a href="{}">{}</a>', reverse("wallet"), _("Top up your wallet"))
        messages.error(request, format_html("{} {}.", refusal, link))
    except ReservationError as refusal:
        messages.error(request, str(refusal))
