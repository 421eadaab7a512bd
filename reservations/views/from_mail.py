"""Acting from a mail: whoever has its signed link needs no login. GET shows what would happen, and changes nothing."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from library_portal.origin import by_nobody
from reservations import receipts, services
from reservations.models import Reservation
from reservations.notices.mail_links import LinkNotGood, Wish, label_of, wish_in
from reservations.transitions import Action


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def from_mail(request: HttpRequest) -> HttpResponse:
    token = request.POST.get("link") or request.GET.get("link", "")
    try:
        wish = wish_in(token)
    except LinkNotGood:
        return _no_longer_good(request, None)
    reservation = Reservation.objects.select_related("book").filter(pk=wish.reservation_id).first()
    if reservation is None or reservation.book is None or reservation.step != wish.step:
        return _no_longer_good(request, reservation)
    asked = {"reservation": reservation, "action": wish.action, "label": label_of(reservation, wish.action)}
    if request.method != "POST":
        return render(request, "reservations/from_mail.html", {**asked, "link": token})
    try:
        with by_nobody():
            done = _do(wish, reservation)
    except (services.NobodyElse, services.TooManyPending) as refusal:
        return render(request, "reservations/from_mail.html", {**asked, "refusal": refusal}, status=HTTPStatus.CONFLICT)
    except services.ChangedMeanwhile:
        reservation.refresh_from_db()
        return _no_longer_good(request, reservation)
    return render(request, "reservations/from_mail_done.html", {"done": done})


def _do(wish: Wish, before: Reservation) -> str:
    """The step is looked at again under the lock: of two clicks one acts, and the other hears what is the case.

    Raises ChangedMeanwhile, NobodyElse, TooManyPending.
    """
    reservation, now = {"reservation_id": wish.reservation_id, "step": wish.step}, timezone.now()
    if wish.action == Action.DEFER:
        return receipts.of_letting_go_first(services.defer(**reservation, now=now), paid_before=before.paid)
    return receipts.of_cancellation(services.cancel(**reservation, now=now))


def _no_longer_good(request: HttpRequest, reservation: Reservation | None) -> HttpResponse:
    """Used, outdated or never ours: one answer; it says what is the case now where the link was ours."""
    return render(request, "reservations/from_mail_gone.html", {"reservation": reservation}, status=HTTPStatus.GONE)
