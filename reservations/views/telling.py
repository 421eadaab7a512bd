"""What every action of a patron's pages has in common: whose it is, and that a refusal is told afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from library_portal.coming_back import back_to
from library_portal.errors import Forbidden, InvalidInput, NotFound
from reservations.models import Reservation
from reservations.refusals import explained
from reservations.standing import ReservationError
from subscriptions.services import InsufficientFunds

Act = Callable[[HttpRequest, Reservation], str | None]


def on_own_reservation(act: Act) -> Callable[[HttpRequest, int], HttpResponse]:
    """POST only. `act` returns what to tell of it; who is not logged in comes back to the shelf, as an action has no
    page of its own. Raises NotFound for what is another's."""

    @require_POST
    @wraps(act)
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(reverse("shelf"))
        reservation = Reservation.objects.filter(pk=pk, user_id=request.user.pk).first()
        if reservation is None:
            raise NotFound
        back = back_to(request, reverse("shelf"))
        with refusals_told(request, back=back):
            if said := act(request, reservation):
                messages.success(request, said)
        return redirect(back)

    return view


def check_self_service() -> None:
    """Raises Forbidden where only the desk lends and takes back."""
    if not settings.SELF_SERVICE:
        raise Forbidden


@contextmanager
def refusals_told(request: HttpRequest, *, back: str) -> Iterator[None]:
    """A refusal becomes a message on the page that follows; what can't be found stays an error page."""
    try:
        yield
    except (InsufficientFunds, InvalidInput, ReservationError) as refusal:
        messages.error(request, explained(refusal, back=back))
