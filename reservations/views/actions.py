"""What a patron does with a reservation: forms that come back to a page, of which HTMX takes a part."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from library_portal.errors import InvalidInput
from reservations import receipts, services
from reservations.forms import DaysForm, ExtendForm, PauseForm
from reservations.models import Reservation
from reservations.refusals import explained
from reservations.views.telling import check_self_service, on_own_reservation


@on_own_reservation
def cancel(request: HttpRequest, reservation: Reservation) -> str:
    return receipts.of_cancellation(services.cancel(reservation_id=reservation.pk, now=timezone.now()))


@on_own_reservation
def check_out(request: HttpRequest, reservation: Reservation) -> str:
    check_self_service()
    return receipts.of_check_out(services.check_out(reservation_id=reservation.pk, now=timezone.now()))


@on_own_reservation
def return_copy(request: HttpRequest, reservation: Reservation) -> str:
    check_self_service()
    return receipts.of_return(services.return_copy(reservation_id=reservation.pk, now=timezone.now()))


@on_own_reservation
def change_days(request: HttpRequest, reservation: Reservation) -> str:
    days = _answers(DaysForm(request.POST))["days"]
    changed = services.change_days(reservation_id=reservation.pk, days=days, now=timezone.now())
    return receipts.of_other_days(changed, paid_before=reservation.paid)


@on_own_reservation
def extend(request: HttpRequest, reservation: Reservation) -> str:
    until = _answers(ExtendForm(request.POST))["until"]
    longer = services.extend(reservation_id=reservation.pk, until=until, now=timezone.now())
    return receipts.of_extension(longer, paid_before=reservation.paid)


@require_POST
def extend_all(request: HttpRequest) -> HttpResponse:
    """A message for each loan: what became of it, or why it stays as it is."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("shelf"))
    for extension in services.extend_all(user_id=request.user.pk, now=timezone.now()):
        if extension.refusal is None:
            messages.success(request, receipts.of_extension(extension.reservation))
        else:
            why = explained(extension.refusal, back=reverse("shelf"))
            messages.warning(request, receipts.of_no_extension(extension.reservation, why))
    return redirect("shelf")


@on_own_reservation
def pause(request: HttpRequest, reservation: Reservation) -> str:
    until = _answers(PauseForm(request.POST))["until"]
    return receipts.of_pause(services.pause(reservation_id=reservation.pk, until=until, now=timezone.now()))


@on_own_reservation
def go_on(request: HttpRequest, reservation: Reservation) -> str:
    return receipts.of_going_on(services.pause(reservation_id=reservation.pk, until=None, now=timezone.now()))


@on_own_reservation
def let_next_go_first(request: HttpRequest, reservation: Reservation) -> str:
    deferred = services.defer(reservation_id=reservation.pk, now=timezone.now())
    return receipts.of_letting_go_first(deferred, paid_before=reservation.paid)


def _answers(form: Form) -> dict[str, Any]:
    """Raises InvalidInput."""
    if not form.is_valid():
        raise InvalidInput(errors={name: [str(one) for one in texts] for name, texts in form.errors.items()})
    return form.cleaned_data
