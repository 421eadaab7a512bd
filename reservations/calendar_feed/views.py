"""The page where a patron gets the address, the feed that calendar programs read there, and a file for once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from library_portal.api.etag import not_modified, weak_etag
from library_portal.headers import ASKED_FOR_AGAIN
from library_portal.notifications.languages import speaking_to
from reservations import services
from reservations.calendar_feed.addresses import address_of, feed_at
from reservations.calendar_feed.entries import calendar_of
from reservations.models import CalendarFeed

CALENDAR = "text/calendar; charset=utf-8"


def keeps_its_address_secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Logs and error reports name the path of a request: from here on it is one without the secret."""

    @wraps(view)
    def guarded(request: HttpRequest, **secret: str) -> HttpResponse:
        without: dict[str, Any] = dict.fromkeys(secret, "secret")
        request.path = request.path_info = request.META["PATH_INFO"] = reverse(
            request.resolver_match.url_name, kwargs=without
        )
        return view(request, **secret)

    return guarded


@keeps_its_address_secret
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Without a login: whoever knows the address may read it. What is wrong with an address is not told."""
    found = feed_at(token)
    if found is None:
        return HttpResponseNotFound(_("There is no such calendar."), content_type="text/plain; charset=utf-8")
    with speaking_to(found.user_id):
        calendar = calendar_of(user_id=found.user_id)
    etag = weak_etag(calendar)
    answer = not_modified(request, etag) or HttpResponse(calendar, content_type=CALENDAR, headers={"ETag": etag})
    answer["Cache-Control"] = ASKED_FOR_AGAIN
    return answer


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    found = CalendarFeed.objects.filter(user_id=request.user.pk).first()
    address = address_of(found) if found else ""
    context = {"address": address, "webcal": f"webcal://{address.partition('://')[2]}" if address else ""}
    return render(request, "reservations/calendar.html", context)


@login_required
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="library.ics"'}
    return HttpResponse(calendar_of(user_id=request.user.pk), content_type=CALENDAR, headers=headers)


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """The first address, or a new one in its place."""
    feed = services.renew_feed(user_id=request.user.pk)
    messages.success(request, _("Here is your calendar's address."))
    if feed.generation > 1:
        messages.info(request, _("The earlier one has stopped working."))
    return redirect("calendar")


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    services.end_feed(user_id=request.user.pk)
    messages.success(request, _("The calendar's address has stopped working."))
    return redirect("calendar")
