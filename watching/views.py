"""Pages of what a reader watches. Each button is a form that says what is wanted: `on`, or else no longer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from library_portal.coming_back import back_to
from watching import queries, services
from watching.services import OnTheShelf, TooManyWatches


@login_required
@require_safe
def watching(request: HttpRequest) -> HttpResponse:
    found = queries.described(queries.watches_of(user_id=request.user.pk)[: settings.MAX_WATCHES])
    shown = {"books": [one for one in found if one.book], "authors": [one for one in found if one.author]}
    return render(request, "watching/watching.html", shown)


@require_POST
def watch_book(request: HttpRequest, pk: int) -> HttpResponse:
    page = reverse("book", args=[pk])
    begun = _("You watch this book. We tell you as soon as a copy is free.")
    ended = _("You no longer watch this book.")
    return _turn(request, page, {"book_id": pk}, (services.watch_book, begun), (services.stop_watching, ended))


@require_POST
def follow_author(request: HttpRequest, pk: int) -> HttpResponse:
    page = reverse("author", args=[pk])
    begun = _("You follow this author. We tell you of each new book.")
    ended = _("You no longer follow this author.")
    return _turn(request, page, {"author_id": pk}, (services.follow_author, begun), (services.stop_following, ended))


Turn = tuple[Callable[..., Any], str]


def _turn(request: HttpRequest, page: str, what: dict[str, int], on: Turn, off: Turn) -> HttpResponse:
    """On or off, then back to where the button was. Who is not logged in comes back to the page of the thing."""
    if not request.user.is_authenticated:
        return redirect_to_login(page)
    act, said = on if request.POST.get("watch") == "on" else off
    try:
        act(user_id=request.user.pk, **what)
        messages.success(request, said)
    except (OnTheShelf, TooManyWatches) as refusal:
        messages.error(request, str(refusal))
    return redirect(back_to(request, page))
