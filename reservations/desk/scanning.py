"""One input for everything: a copy's barcode, else a reader's card or name."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

import accounts.queries
import books.queries
from books.isbn import InvalidIsbn, isbn13
from library_portal.errors import PortalError
from reservations.desk import answers
from reservations.desk.answers import Answer, Tone
from reservations.desk.readers import Reader, reader
from reservations.desk.refusals import of_refusal
from reservations.desk.undo_tokens import token_of
from reservations.services import desk

MOST_CHOICES = 8


@dataclass(frozen=True)
class Scan:
    """The valid form, who sent it and when."""

    text: str
    reader_id: int | None
    dry_run: bool
    take_in: bool
    days: int | None
    overridden: frozenset[str]
    reason: str
    librarian_id: int
    now: datetime


@dataclass(frozen=True)
class Said:
    """The answer, and whose turn it is now."""

    answer: Answer | None
    reader: Reader | None = None


def scan_of(cleaned: dict[str, Any], *, librarian_id: int, now: datetime) -> Scan:
    return Scan(
        text=cleaned["scan"],
        reader_id=cleaned["reader"],
        dry_run=cleaned["dry_run"],
        take_in=cleaned["take_in"],
        days=cleaned["days"],
        overridden=frozenset(cleaned["overridden"]),
        reason=cleaned["reason"],
        librarian_id=librarian_id,
        now=now,
    )


def answer(scan: Scan) -> Said:
    """Raises UserNotFound for a reader who is not there."""
    try:
        said = _of_copy(scan)
    except desk.UnknownBarcode:
        return _of_reader(scan)
    except PortalError as refusal:
        now_there = _reader_of(scan)
        said = of_refusal(refusal, scan=scan.text, overridden=scan.overridden, reason=scan.reason, reader=now_there)
        return Said(_told_as_dry_run(said, scan), now_there)
    return Said(_told_as_dry_run(said, scan), _reader_of(scan))


def _of_copy(scan: Scan) -> Answer:
    """Raises UnknownBarcode and every refusal of lending and taking in."""
    _check_reason(scan)
    if scan.reader_id is None or scan.take_in:
        scanned = desk.take_in(barcode=scan.text, now=scan.now, dry_run=scan.dry_run)
        said = answers.of_taking_in(scanned)
    else:
        scanned = desk.lend(
            user_id=scan.reader_id,
            barcode=scan.text,
            days=scan.days,
            overridden=scan.overridden,
            reason=scan.reason,
            now=scan.now,
            dry_run=scan.dry_run,
        )
        said = answers.of_lending(scanned)
    token = "" if scan.dry_run else token_of(scanned, librarian_id=scan.librarian_id, now=scan.now)
    return replace(said, scan=scan.text, undo_token=token)


def _check_reason(scan: Scan) -> None:
    """A scanner types wherever the focus is. Raises ReasonMissing."""
    if scan.reason and books.queries.copy_by_barcode(barcode=scan.reason) is not None:
        raise desk.ReasonMissing(_("That is a barcode and no reason."))


def _told_as_dry_run(said: Answer, scan: Scan) -> Answer:
    return replace(said, is_dry_run=True, slip_id=None) if scan.dry_run else said


def _reader_of(scan: Scan) -> Reader | None:
    return reader(user_id=scan.reader_id, now=scan.now) if scan.reader_id else None


def _of_reader(scan: Scan) -> Said:
    """Whoever is meant is there at once; of several, the librarian chooses one."""
    meant = accounts.queries.who_is_meant(scan.text)
    if meant is not None:
        return Said(None, reader(user_id=meant.pk, now=scan.now))
    choices = accounts.queries.who_may_be_meant(scan.text, limit=MOST_CHOICES)
    if choices:
        return Said(Answer(Tone.ATTENTION, _("Who is it?"), choices=choices))
    return Said(Answer(Tone.ERROR, _nothing_found(scan.text), [_("Scanned: %s") % scan.text]), _reader_of(scan))


def _nothing_found(text: str) -> str:
    """The code on a book's cover is its ISBN, which all its copies share."""
    try:
        isbn13(text)
    except InvalidIsbn:
        return _("No copy and no reader found")
    return _("That is the ISBN: scan the library's own label")
