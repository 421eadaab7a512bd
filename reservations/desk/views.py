"""The circulation desk's pages: part of the admin, for staff who may change reservations."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from library_portal.errors import PortalError
from reservations.desk import lists, scanning
from reservations.desk.answers import Answer, Tone
from reservations.desk.forms import ReaderForm, ScanForm, UndoForm
from reservations.desk.readers import Reader, name_on_slip, reader
from reservations.desk.undo_tokens import Done, undo
from reservations.models import Reservation, Status

View = Callable[..., HttpResponse]
PAPERS = ("receipt", "a6")


def for_staff(view: View) -> View:
    """As the admin guards its own: others are sent to its login, staff without the permission get 403."""
    allowed = permission_required("reservations.change_reservation", raise_exception=True)(view)
    return admin.site.admin_view(allowed)


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _desk(request, scanning.Said(None, _reader_of(ReaderForm(request.GET))))
    form = ScanForm(request.POST)
    if not form.is_valid():
        said = Answer(Tone.ERROR, _("Nothing was scanned"), [str(error) for error in form.errors.get("scan", [])])
        return _desk(request, scanning.Said(said, _reader_of(ReaderForm(request.POST))))
    now = timezone.now()
    scan = scanning.scan_of(form.cleaned_data, librarian_id=request.user.pk, now=now)
    return _desk(request, scanning.answer(scan), dry_run=scan.dry_run)


@require_POST
def undo_scan(request: HttpRequest) -> HttpResponse:
    form = UndoForm(request.POST)
    token = form.cleaned_data["token"] if form.is_valid() else ""
    said = _undo(token, librarian_id=request.user.pk)
    return _desk(request, scanning.Said(said, _reader_of(ReaderForm(request.POST))))


UNDONE_WORDS = {
    Done.LENT: gettext_lazy("The loan and its price are taken back."),
    Done.RETURNED: gettext_lazy("The copy counts as out again, and the money is as before."),
    Done.SHELVED: gettext_lazy("The copy is to be pulled again."),
}


def _undo(token: str, *, librarian_id: int) -> Answer:
    try:
        done, reservation = undo(token, librarian_id=librarian_id, now=timezone.now())
    except PortalError as refusal:
        return Answer(Tone.ERROR, str(refusal))
    return Answer(Tone.SUCCESS, _("Undone"), [str(UNDONE_WORDS[done])], reservation.copy)


def _reader_of(form: ReaderForm) -> Reader | None:
    """Nobody for what is no number. Raises UserNotFound."""
    form.full_clean()
    user_id = form.cleaned_data.get("reader")
    return reader(user_id=user_id, now=timezone.now()) if user_id else None


def _desk(request: HttpRequest, said: scanning.Said, *, dry_run: bool = False) -> HttpResponse:
    now = timezone.now()
    shown = {
        "answer": said.answer,
        "reader": said.reader,
        "dry_run": dry_run,
        "to_pull": lists.to_pull(now=now).count(),
        "not_picked_up": lists.not_picked_up().count(),
        "returns": lists.recent_returns(),
        "undo_seconds": settings.UNDO_SECONDS,
    }
    if request.htmx:
        return render(request, "admin/desk/_now.html", shown)
    return _page(request, "desk", {"title": _("Circulation desk"), **shown})


@require_safe
def pull(request: HttpRequest) -> HttpResponse:
    holds = lists.to_pull(now=timezone.now())
    return _page(request, "pull", {"title": _("Holds to pull"), "rows": holds[: lists.MOST_SHOWN]})


@require_safe
def expired(request: HttpRequest) -> HttpResponse:
    places = lists.not_picked_up()[: lists.MOST_SHOWN]
    return _page(request, "expired", {"title": _("Holds nobody came for"), "rows": places})


@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    return _page(request, "returns", {"title": _("Recent returns"), "rows": lists.recent_returns()})


@require_safe
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    held = Reservation.objects.filter(status=Status.READY).select_related("book", "copy", "user")
    hold = get_object_or_404(held, pk=pk)
    paper = request.GET.get("paper")
    shown = {"hold": hold, "name": name_on_slip(hold.user), "paper": paper if paper in PAPERS else PAPERS[0]}
    return render(request, "admin/desk/slip.html", shown)


def _page(request: HttpRequest, name: str, shown: dict[str, Any]) -> HttpResponse:
    around = {**admin.site.each_context(request), "is_nav_sidebar_enabled": False, "most_shown": lists.MOST_SHOWN}
    return render(request, f"admin/desk/{name}.html", around | shown)
