"""The page between an act and its doing: what will happen to each, and the reports afterwards."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from library_portal.errors import PortalError
from reservations import queries
from reservations.admin.acts.acts import ACTS, Act
from reservations.admin.acts.forms import MOST_AT_ONCE, ActForm
from reservations.admin.acts.told import money_for, what_happened
from reservations.models import Reservation
from reservations.services import ChangedMeanwhile
from reservations.services.lookup import ReservationNotFound


class Acting:
    """For the admin of reservations: the list's actions and a reservation's buttons lead to `act_view`."""

    admin_site: Any
    opts: Any
    media: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.act_view))
        return [path("act/<slug:slug>/", view, name="reservations_reservation_act"), *super().get_urls()]  # type: ignore[misc]

    def has_lend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reservations.change_reservation")  # type: ignore[union-attr]

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Any, str, Any]]:
        if not self.has_lend_permission(request):
            return {}
        return {act.slug: (_ask_back(act), act.slug, act.label) for act in ACTS.values()}

    def act_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """`?ids=` says for which; a form brings them along, with the steps that the page has shown."""
        if not self.has_lend_permission(request):
            raise PermissionDenied
        if slug not in ACTS:
            raise Http404
        act, now = ACTS[slug], timezone.now()
        form = act.form(request.POST) if request.method == "POST" else act.form()
        if form.is_valid():
            _carry_out(request, act, form, now)
            return redirect(_back(form.rows()))
        chosen = _chosen(form.rows() if form.is_bound else _ids_in(request))
        if not chosen:
            messages.warning(request, _("Nothing was chosen."))
            return redirect("admin:reservations_reservation_changelist")
        return self._ask(request, act, form, chosen, now)

    def _ask(
        self, request: HttpRequest, act: Act, form: ActForm, chosen: Iterable[Reservation], now: datetime
    ) -> HttpResponse:
        rows = [_foreseen(act, one, now) for one in chosen]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act.label,
            "act": act,
            "form": form,
            "media": self.media + form.media,
            "rows": rows,
            "possible": any(row["will"] for row in rows),
            "back": _back([row["reservation"].pk for row in rows]),
        }
        return render(request, "admin/reservations/act.html", context)


def act_address(slug: str, ids: Iterable[int]) -> str:
    return f"{reverse('admin:reservations_reservation_act', args=[slug])}?ids={','.join(map(str, ids))}"


def _ask_back(act: Act) -> Any:
    def ask(area: Any, request: HttpRequest, chosen: QuerySet[Reservation]) -> HttpResponse | None:
        ids = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(ids) <= MOST_AT_ONCE:
            return redirect(act_address(act.slug, ids))
        messages.error(request, _("At most %(count)s at once, please.") % {"count": MOST_AT_ONCE})
        return None

    return ask


def _ids_in(request: HttpRequest) -> list[int]:
    asked = request.GET.get("ids", "").split(",")[:MOST_AT_ONCE]
    return [int(one) for one in asked if one.isascii() and one.isdigit() and len(one) < 19]


def _chosen(ids: Iterable[int]) -> list[Reservation]:
    """In the order of their ids; those that do not exist are left out."""
    return queries.with_places(queries.reservations().filter(pk__in=list(ids)).order_by("pk"))


def _foreseen(act: Act, one: Reservation, now: datetime) -> dict[str, Any]:
    try:
        return {"reservation": one, "will": act.foresee(one, now), "refusal": ""}
    except PortalError as refusal:
        return {"reservation": one, "will": "", "refusal": _words(refusal)}


def _carry_out(request: HttpRequest, act: Act, form: ActForm, now: datetime) -> None:
    """One by one: a refusal is told and stops none of the others."""
    for pk, step in form.rows().items():
        try:
            told = _do(act, pk, step, form.cleaned_data, now)
        except PortalError as refusal:
            messages.error(request, f"#{pk}: {_words(refusal)}")
        else:
            messages.success(request, f"#{pk}: {told}")


def _do(act: Act, pk: int, step: int, given: dict[str, Any], now: datetime) -> str:
    """Raises ReservationNotFound, ChangedMeanwhile (also for a form that is sent twice), and the act's refusals."""
    reservation = Reservation.objects.filter(pk=pk).first()
    if reservation is None:
        raise ReservationNotFound
    if reservation.step != step:
        raise ChangedMeanwhile
    before = money_for(reservation)
    act.do(reservation, now, given)
    reservation.refresh_from_db()
    return what_happened(reservation, before=before)


def _words(refusal: PortalError) -> str:
    """Where a value breaks a rule, what is wrong with it."""
    errors = refusal.extra.get("errors", {})
    return " ".join(str(text) for texts in errors.values() for text in texts) or str(refusal)


def _back(ids: Iterable[int]) -> str:
    """To the one reservation, or to the list."""
    first, *others = ids
    if others:
        return reverse("admin:reservations_reservation_changelist")
    return reverse("admin:reservations_reservation_change", args=[first])
