"""What staff see of a person's shelf."""

from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.panels import Panel, patron_panel
from reservations import queries
from reservations.models import Reservation


@patron_panel(_("Shelf"))
def shelf(user_id: int, now: datetime) -> Panel:
    on_shelf = queries.shelf(user_id=user_id)
    return Panel(
        columns=[_("book"), _("copy"), _("status"), _("until")],
        rows=[_row(one) for one in (*on_shelf.on_loan, *on_shelf.ready, *on_shelf.waiting)],
        empty=_("Nothing on loan, nothing held, nothing waited for."),
        link=f"{reverse('admin:reservations_reservation_changelist')}?user__id__exact={user_id}",
    )


def _row(reservation: Reservation) -> list[object]:
    link = reverse("admin:reservations_reservation_change", args=[reservation.pk])
    status = _("overdue") if reservation.is_overdue else reservation.get_status_display()
    return [
        format_html('<a href="{}">{}</a>', link, reservation.book.title),
        reservation.copy and reservation.copy.barcode,
        status,
        reservation.due_on or reservation.hold_until or _("place %(place)s") % {"place": reservation.queue_position},
    ]
