"""What the pages tell a patron after an action: the state that came of it, and what it did to the wallet."""

from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_portal.interface import dollars
from reservations.models import Reservation, Status
from reservations.queries import with_place
from reservations.services import ReturnResult


def of_request(reservation: Reservation) -> str:
    if reservation.status == Status.READY:
        return of_hold(reservation)
    place = with_place(reservation.pk).queue_position
    return _("You are number %(place)s in the queue for “%(title)s”. Nothing is charged until a copy is yours.") % {
        "place": place,
        "title": reservation.book.title,
    }


def of_hold(reservation: Reservation) -> str:
    until = date_format(timezone.localtime(reservation.hold_until), "D j M, H:i")
    held = _("“%(title)s” is held for you until %(until)s.") % {"title": reservation.book.title, "until": until}
    return _with_money(held, reservation.paid) if reservation.paid else f"{held} {_('It costs you nothing.')}"


def of_check_out(reservation: Reservation) -> str:
    due = date_format(reservation.due_on, "l j F")
    return _("Enjoy “%(title)s”. It is due back on %(due)s.") % {"title": reservation.book.title, "due": due}


def of_cancellation(reservation: Reservation) -> str:
    if reservation.book is None:
        return _("This reservation has ended already.")
    if reservation.ready_at is None:
        return _("You have left the queue for “%(title)s”.") % {"title": reservation.book.title}
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


def of_other_days(reservation: Reservation, *, paid_before: Decimal) -> str:
    changed = ngettext(
        "“%(title)s” is yours for %(days)s day.", "“%(title)s” is yours for %(days)s days.", reservation.days
    ) % {"title": reservation.book.title, "days": reservation.days}
    return _with_money(changed, reservation.paid - paid_before)


def of_extension(reservation: Reservation, *, paid_before: Decimal | None = None) -> str:
    longer = _("“%(title)s” is now due on %(due)s.") % {"title": reservation.book.title, "due": day(reservation.due_on)}
    return longer if paid_before is None else _with_money(longer, reservation.paid - paid_before)


def of_no_extension(reservation: Reservation, why: SafeString) -> SafeString:
    return format_html(
        _("“{title}” stays due on {due}: {why}"), title=reservation.book.title, due=day(reservation.due_on), why=why
    )


def of_pause(reservation: Reservation) -> str:
    return _("Others go first until %(until)s. You keep your place for “%(title)s”.") % {
        "until": day(reservation.paused_until),
        "title": reservation.book.title,
    }


def of_going_on(reservation: Reservation) -> str:
    if reservation.status == Status.READY:
        return of_hold(reservation)
    return _("You are in the queue for “%(title)s” again, at the place you kept.") % {"title": reservation.book.title}


def of_letting_go_first(reservation: Reservation, *, paid_before: Decimal) -> str:
    gone = _("The next reader has “%(title)s” first. You stand right behind.") % {"title": reservation.book.title}
    return _with_money(gone, -paid_before)


def _with_money(sentence: str, charged: Decimal) -> str:
    if not charged:
        return sentence
    moved = _("%(amount)s was charged.") if charged > 0 else _("%(amount)s went back to your wallet.")
    return f"{sentence} {moved % {'amount': dollars(abs(charged))}}"


def day(on: date) -> str:
    return date_format(on, "D j M")
