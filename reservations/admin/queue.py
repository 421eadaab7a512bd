"""The queue of a book for staff: who waits, why somebody was passed over, and moving or removing with a reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

import books.queries
from library_portal.errors import PortalError
from reservations import queries, services
from reservations.models import Reservation
from reservations.waiters import Waiter, queue_of, waiters

SHOWN = 50

UP, DOWN, TO, BACK, REMOVE = ACTS = ("up", "down", "to", "back", "remove")
DONE = {
    UP: _("Moved up."),
    DOWN: _("Moved down."),
    TO: _("Moved."),
    BACK: _("Back in the order of the plans."),
    REMOVE: _("Removed from the queue."),
}
WHY_PASSED_OVER = {
    "limit": _("a limit of the plan"),
    "funds": _("not enough money in the wallet"),
    "blocked": _("overdue books or an open debt"),
}


class ActForm(forms.Form):
    """What is to be done with one place, and why."""

    reservation = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    position = forms.IntegerField(min_value=1, max_value=10**9, required=False)
    reason = forms.CharField(max_length=200, error_messages={"required": _("Please say why: others wait there too.")})


class Queued:
    """For the admin of reservations."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.queue_view))
        return [path("queue/<int:book_id>/", view, name="reservations_reservation_queue"), *super().get_urls()]  # type: ignore[misc]

    def queue_view(self, request: HttpRequest, book_id: int) -> HttpResponse:
        may_act = self.has_lend_permission(request)  # type: ignore[attr-defined]
        if not (may_act or (request.method != "POST" and self.has_view_permission(request))):  # type: ignore[attr-defined]
            raise PermissionDenied
        book = books.queries.summaries_by_id(book_ids=[book_id]).get(book_id)
        if book is None:
            raise Http404
        if request.method == "POST":
            _act(request, book_id)
            return redirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Queue of “%(title)s”") % {"title": book["title"]},
            "book": book,
            "may_act": may_act,
        }
        return render(request, "admin/reservations/queue.html", context | _shown(request, book))


def _shown(request: HttpRequest, book: dict[str, Any]) -> dict[str, Any]:
    """One page of the queue, each place with its number and why it was passed over the last time that was news."""
    is_lent = book["status"] != books.queries.UNAVAILABLE
    page = Paginator(queue_of(book_id=book["id"]), SHOWN).get_page(request.GET.get("p"))
    numbered = enumerate(waiters(page, now=timezone.now()), page.start_index())
    return {
        "availability": queries.availability(book_id=book["id"]) if is_lent else None,
        "page": page,
        "rows": [(number, waiter, _told(waiter)) for number, waiter in numbered],
    }


def queue_address(book_id: int) -> str:
    return reverse("admin:reservations_reservation_queue", args=[book_id])


def _told(waiter: Waiter) -> Any:
    told = waiter.reservation.told_reasons
    return WHY_PASSED_OVER.get(told[-1]) if told else None


def _act(request: HttpRequest, book_id: int) -> None:
    form = ActForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return
    place = queue_of(book_id=book_id).filter(pk=form.cleaned_data["reservation"]).first()
    if place is None:
        messages.warning(request, _("This reader does not wait here any more."))
        return
    try:
        _use_case(place, form.cleaned_data)()
    except PortalError as refusal:
        messages.error(request, _words(refusal))
    else:
        messages.success(request, f"{place.user}: {DONE[form.cleaned_data['act']]}")


def _use_case(place: Reservation, asked: dict[str, Any]) -> Callable[[], Reservation]:
    one: dict[str, Any] = {"reservation_id": place.pk, "reason": asked["reason"], "now": timezone.now()}
    if asked["act"] == REMOVE:
        return lambda: services.cancel(**one)
    if asked["act"] == BACK:
        return lambda: services.move_back(**one)
    if asked["act"] == TO:
        return lambda: services.move(position=asked["position"] or 0, **one)
    position = queries.with_place(place.pk).queue_position or 1
    return lambda: services.move(position=max(position + (1 if asked["act"] == DOWN else -1), 1), **one)


def _words(refusal: PortalError) -> str:
    errors = refusal.extra.get("errors")
    return " ".join(str(error) for messages_of in errors.values() for error in messages_of) if errors else str(refusal)
