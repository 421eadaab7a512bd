"""Refusals as the desk says them: to a librarian, about a reader, with what can be done about it."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import accounts.queries
import books.queries
from library_portal.errors import PortalError
from reservations.desk.answers import Answer, Tone
from reservations.desk.readers import Reader
from reservations.services import desk
from reservations.standing import OVERRIDABLE, Blocked, DurationTooLong, LimitReached, QuotaReached
from subscriptions.services import InsufficientFunds

WORDS: dict[type[PortalError], Any] = {
    Blocked: gettext_lazy("Blocked: overdue books or an open debt"),
    LimitReached: gettext_lazy("The reader's plan allows no more copies at once"),
    QuotaReached: gettext_lazy("The reader's plan allows no more new holds within 7 days"),
    InsufficientFunds: gettext_lazy("Not enough money in the wallet"),
    desk.HeldForSomebodyElse: gettext_lazy("Held for somebody else"),
    desk.OutToSomebodyElse: gettext_lazy("Still on loan to somebody else: check it in first"),
    desk.SomebodyIsNext: gettext_lazy("Somebody else is next for this book"),
    desk.CopyIsLost: gettext_lazy("Reported lost: check it in first, then it is found"),
    desk.CopyUnavailable: gettext_lazy("This copy is not lent"),
}
CHECK_IN_FIRST = (desk.OutToSomebodyElse, desk.CopyIsLost, desk.SomebodyIsNext)


def of_refusal(
    refusal: PortalError, *, scan: str, overridden: Collection[str], reason: str, reader: Reader | None
) -> Answer:
    """`overridden` is what has been set aside already, for a reason: the next rule comes on top of it."""
    bad_reason = isinstance(refusal, desk.ReasonMissing)
    may_override = (bad_reason or refusal.code in OVERRIDABLE) and reader is not None and reader.standing.active
    return Answer(
        Tone.ERROR,
        in_staff_words(refusal),
        _lines(refusal, reader),
        books.queries.copy_by_barcode(barcode=scan),
        scan=scan,
        overridable=sorted({*overridden, refusal.code} & OVERRIDABLE) if may_override else (),
        reason="" if bad_reason else reason,
        check_in=isinstance(refusal, CHECK_IN_FIRST),
        fewer_days=isinstance(refusal, InsufficientFunds | DurationTooLong),
    )


def in_staff_words(refusal: PortalError) -> str:
    """The refusal's own words speak to the reader."""
    return str(WORDS.get(type(refusal), refusal))


def _lines(refusal: PortalError, reader: Reader | None) -> list[str]:
    if isinstance(refusal, Blocked) and reader and not reader.standing.active:
        return [_("The account is closed: nothing is lent to it.")]
    if isinstance(refusal, InsufficientFunds):
        return [str(refusal)]
    if "user_id" in refusal.extra:
        return [accounts.queries.user(user_id=refusal.extra["user_id"]).get_full_name()]
    return [str(refusal.extra["reason"])] if "reason" in refusal.extra else []
