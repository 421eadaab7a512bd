"""What an act would do to a reservation, in words; nothing is changed by asking. Raises a refusal that is certain."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import subscriptions.queries
from library_portal.interface import dollars
from reservations.fees import early_return_refund
from reservations.library_calendar import library_calendar
from reservations.models import Reservation, Status
from reservations.offers import offers_for
from reservations.services.loans import late_fee_on


def cancelling(one: Reservation, now: datetime) -> str:
    if one.status == Status.PENDING:
        return _("Leaves the queue from place %(place)s.") % {"place": one.queue_position}
    given_back = _("%(amount)s goes back to the patron.") % {"amount": dollars(one.paid)} if one.paid else ""
    return _in_sentences(_("The hold ends."), given_back, _where_the_copy_goes(one))


def returning(one: Reservation, now: datetime) -> str:
    used = (timezone.localdate(now) - one.starts_on).days
    back = early_return_refund(paid=one.paid, days=one.days, used_days=used)
    given_back = _("%(amount)s for unused days goes back.") % {"amount": dollars(back)} if back else ""
    fee = late_fee_on(one, now=now)
    late = _("Late fee: %(amount)s.") % {"amount": dollars(fee)} if fee else ""
    return _in_sentences(_("The loan ends."), given_back, late, _left_owing(one, fee - back), _where_the_copy_goes(one))


def losing(one: Reservation, now: datetime) -> str:
    fee, whole = late_fee_on(one, now=now), one.book.late_fee_cap
    charged = _("%(whole)s is charged: late fee %(late)s, the copy %(copy)s.") % {
        "whole": dollars(whole),
        "late": dollars(fee),
        "copy": dollars(whole - fee),
    }
    return _in_sentences(_("The loan ends, the copy is lost."), charged, _left_owing(one, whole))


def finding(one: Reservation, now: datetime) -> str:
    charge = _("The charge of %(amount)s goes back, or is no longer owed; the late fee stays.") % {
        "amount": dollars(one.lost_fee)
    }
    return _in_sentences(charge if one.lost_fee else "", _where_the_copy_goes(one))


def checking_out(one: Reservation, now: datetime) -> str:
    today = timezone.localdate(now)
    due = library_calendar(today=today).due_on(today, one.days)
    return _("Lent from today, due on %(day)s.") % {"day": date_format(due, "D j M Y")}


def extending(one: Reservation, now: datetime) -> str:
    """The longest extension, which is what happens unless another day is given."""
    [offer] = offers_for([one], user_id=one.user_id, now=now)
    if offer.refusal:
        raise offer.refusal
    longest = offer.extensions[-1]
    return _("Due on %(day)s at the latest, for %(price)s.") % {
        "day": date_format(longest.due_on, "D j M Y"),
        "price": dollars(longest.price),
    }


def changing_days(one: Reservation, now: datetime) -> str:
    days = ngettext("%(days)s day now.", "%(days)s days now.", one.days) % {"days": one.days}
    if one.status == Status.READY:
        return _in_sentences(
            days, _("The difference to %(paid)s is charged or goes back.") % {"paid": dollars(one.paid)}
        )
    return days


def pausing(one: Reservation, now: datetime) -> str:
    if one.paused_until:
        return _("Paused until %(day)s.") % {"day": date_format(one.paused_until, "D j M Y")}
    return _("At place %(place)s, not paused.") % {"place": one.queue_position}


def deferring(one: Reservation, now: datetime) -> str:
    return _("The next reader gets the copy, this one stands right behind; %(paid)s goes back.") % {
        "paid": dollars(one.paid)
    }


def _where_the_copy_goes(one: Reservation) -> str:
    if not one.queue_length:
        return _("The copy goes back on the shelf.")
    return ngettext(
        "The copy goes to the next of %(count)s reader waiting.",
        "The copy goes to the next of %(count)s readers waiting.",
        one.queue_length,
    ) % {"count": one.queue_length}


def _left_owing(one: Reservation, charge: Decimal) -> str:
    balance = subscriptions.queries.wallet_of(user_id=one.user_id).balance
    if charge <= balance:
        return ""
    return _("The wallet holds %(balance)s: %(owed)s stays owed.") % {
        "balance": dollars(balance),
        "owed": dollars(charge - balance),
    }


def _in_sentences(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
