"""What the pages tell a patron after an action: the state that came of it, and what it did to the wallet."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from library_portal.interface import dollars
from reservations.models import Reservation, Status
from reservations.queries import reservations
from reservations.services import ReturnResult


def of_request(reservation: Reservation) -> str:
    title = reservation.book.title
    if reservation.status != Status.READY or reservation.hold_until is None:
        place = reservations().get(pk=reservation.pk).queue_position
        return _("You are number %(place)s in the queue for “%(title)s”. Nothing is charged until a copy is yours.") % {
            "place": place,
            "title": title,
        }
    until = date_format(timezone.localtime(reservation.hold_until), "D j M, H:i")
    charged = _("%(price)s was charged.") if reservation.paid else _("It costs you nothing.")
    held = _("“%(title)s” is held for you until %(until)s.") % {"title": title, "until": until}
    return f"{held} {charged % {'price': dollars(reservation.paid)}}"


def of_check_out(reservation: Reservation) -> str:
    due = date_format(reservation.due_on, "l j F")
    return _("Enjoy “%(title)s”. It is due back on %(due)s.") % {"title": reservation.book.title, "due": due}


def of_cancellation(reservation: Reservation) -> str:
    if reservation.book is None:
        return _("This reservation has ended already.")
    given_up = _("Your reservation of “%(title)s” is cancelled.") % {"title": reservation.book.title}
    if not reservation.refunded:
        return given_up
    return f"{given_up} {_('%(amount)s went back to your wallet.') % {'amount': dollars(reservation.refunded)}}"


def of_return(result: ReturnResult) -> str:
    if result.reservation.book is None:
        return _("This book is back already.")
    sentences = [_("Thank you for bringing back “%(title)s”.") % {"title": result.reservation.book.title}]
    if result.refunded:
        sentences.append(
            _("%(amount)s for unused days went back to your wallet.") % {"amount": dollars(result.refunded)}
        )
    if result.late_fee:
        sentences.append(_("The late fee is %(amount)s.") % {"amount": dollars(result.late_fee)})
    if result.owed:
        sentences.append(
            _("%(amount)s of it is still owed; your next top-up pays it.") % {"amount": dollars(result.owed)}
        )
    return " ".join(sentences)
