"""A reservation's own page: what it is and was, what can be done, its money, and what staff did to it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

import library_portal.audit.queries
import subscriptions.queries
from accounts.panels import Panel
from library_portal.audit.models import Action as Audited
from library_portal.interface import dollars
from reservations.admin.acts.acts import BUTTONS
from reservations.admin.acts.page import act_address
from reservations.admin.acts.told import subjects
from reservations.admin.queue import queue_address
from reservations.models import Reservation
from reservations.transitions import Action

SHOWN = 50


class Detailed:
    """For the admin of reservations."""

    change_form_template = "admin/reservations/details.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        reservation = self.get_object(request, object_id)  # type: ignore[attr-defined]
        context = _about(reservation, may_act=self.has_lend_permission(request)) if reservation else {}  # type: ignore[attr-defined]
        return super().change_view(request, object_id, form_url, context)  # type: ignore[misc]


def _about(reservation: Reservation, *, may_act: bool) -> dict[str, Any]:
    return {
        "acts": _buttons(reservation) if may_act else [],
        "queue": _queue_page(reservation),
        "panels": [
            (_("Money"), _money(reservation)),
            (_("Debts"), _debts(reservation)),
            (_("What staff did"), _audit_lines(reservation)),
        ],
    }


def _buttons(reservation: Reservation) -> list[tuple[str, Any]]:
    possible = [act for act in BUTTONS if act.action_for(reservation)]
    return [(act_address(act.slug, [reservation.pk]), act.label) for act in possible]


def _queue_page(reservation: Reservation) -> str:
    """Where staff see and change the queue of its book."""
    return queue_address(reservation.book_id) if reservation.book_id else ""


def _money(reservation: Reservation) -> Panel:
    entries = subscriptions.queries.entries_about(references=subjects(reservation))[:SHOWN]
    return Panel(
        columns=[_("when"), _("kind"), _("amount"), _("balance after"), _("entry")],
        rows=[
            [one.created_at, one.get_kind_display(), dollars(one.amount), dollars(one.balance_after), f"#{one.pk}"]
            for one in entries
        ],
        empty=_("No money has moved for it."),
    )


def _debts(reservation: Reservation) -> Panel:
    return Panel(
        columns=[_("since"), _("kind"), _("amount"), _("still open"), _("no longer asked for")],
        rows=[
            [one.created_at, one.get_kind_display(), dollars(one.amount), dollars(one.outstanding), dollars(one.waived)]
            for one in subscriptions.queries.debts_about(references=subjects(reservation))[:SHOWN]
        ],
        empty=_("Nothing is or was owed for it."),
    )


def _audit_lines(reservation: Reservation) -> Panel:
    lines: QuerySet[Any] = library_portal.audit.queries.all_about(
        user_id=reservation.user_id,
        action=Audited.RESERVATION_CHANGED,
        details={"reservation": reservation.pk},
        limit=SHOWN,
    )
    return Panel(
        columns=[_("when"), _("what"), _("who"), _("reason"), _("details")],
        rows=[_audit_row(line) for line in lines],
        empty=_("Nobody but the patron has changed it."),
    )


def _audit_row(line: Any) -> list[Any]:
    details = {name: value for name, value in line.details.items() if value is not None}
    what, reason = details.pop("what", ""), details.pop("reason", "")
    details.pop("reservation")
    label = Action(what).label if what in Action.values else what
    return [line.at, label, line.who, reason, ", ".join(f"{name}: {value}" for name, value in details.items())]
