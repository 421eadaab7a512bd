"""What becomes of each record: a new book, a change of one that is there, or nothing."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _

from books.importing.entries import Entry, Fields, differences, new_entry, told_by
from books.importing.matching import Shelf, Wanted
from books.importing.models import ImportJob, ImportRemark
from books.importing.people import as_known, known_names
from books.importing.record import Record, RefusedRow
from books.importing.sources import Read

LONGEST_SHOWN = 200
MOST_SAID = 50
Kind = ImportRemark.Kind


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    KNOWN = "known"
    REFUSED = "refused"
    SKIPPED = "skipped"


class Said(NamedTuple):
    kind: Kind
    reason: str


class Decision(NamedTuple):
    """`entry` is the book that the record creates or changes."""

    read: Read
    outcome: Outcome
    entry: Entry | None = None
    said: Sequence[Said] = ()


def decide(reads: Sequence[Read], job: ImportJob) -> list[Decision]:
    """In their order; what an earlier record brings is there for the later ones. Nothing is written."""
    wanted = _wanted([read.record for read in reads if read.record])
    shelf = Shelf(list(wanted.values()), job)
    return [_of_record(read, wanted[id(read.record)], shelf, job) if read.record else _of_none(read) for read in reads]


def _wanted(records: Sequence[Record]) -> dict[int, Wanted]:
    """By the record's identity; authors as the catalogue writes their names."""
    known = known_names(author.name for record in records for author in record.authors)
    wanted = {}
    for record in records:
        told = told_by(record)
        if record.authors:
            told["authors"] = [list(author) for author in as_known(record.authors, known)]
        wanted[id(record)] = Wanted(told, record.barcodes)
    return wanted


def _of_none(read: Read) -> Decision:
    outcome, kind = (Outcome.REFUSED, Kind.REFUSED) if read.is_book else (Outcome.SKIPPED, Kind.SKIPPED)
    return Decision(read, outcome, said=[Said(kind, read.refusal)])


def _of_record(read: Read, wanted: Wanted, shelf: Shelf, job: ImportJob) -> Decision:
    try:
        entry = shelf.find(wanted)
    except RefusedRow as refusal:
        return Decision(read, Outcome.REFUSED, said=[Said(Kind.REFUSED, str(refusal))])
    if entry is None:
        return _new(read, wanted, shelf, job)
    if entry.is_withdrawn:
        return Decision(read, Outcome.KNOWN, said=[Said(Kind.MENDED, _withdrawn(entry))])
    after = {} if job.on_match == ImportJob.OnMatch.SKIP else differences(entry.fields, wanted.told, job.on_match)
    return _changed(read, entry, after, shelf, job) if after else Decision(read, Outcome.KNOWN)


def _new(read: Read, wanted: Wanted, shelf: Shelf, job: ImportJob) -> Decision:
    """A barcode that another copy has costs that copy; the book comes in."""
    entry = new_entry(wanted.told)
    shelf.put(entry)
    entry.barcodes = shelf.free_barcodes(wanted)
    taken = [barcode for barcode in wanted.barcodes if barcode not in entry.barcodes]
    told = read.record.copies if read.record else None
    asked = (told or 0) if job.copies is None else job.copies
    entry.copies = max(asked - len(taken), len(entry.barcodes))
    said = [_("Another copy has the barcode %s: that copy was left out.") % barcode for barcode in taken]
    return Decision(read, Outcome.CREATED, entry, [*_mended(read), *(Said(Kind.MENDED, reason) for reason in said)])


def _changed(read: Read, entry: Entry, after: Fields, shelf: Shelf, job: ImportJob) -> Decision:
    said = _mended(read)
    if job.is_dry_run:
        said.append(Said(Kind.CHANGE, _change(entry, after)))
    entry.change(after)
    shelf.put(entry)
    return Decision(read, Outcome.CHANGED, entry, said)


def _mended(read: Read) -> list[Said]:
    """Each thing, as far as anybody reads; a cell may hold any number of words that are no ISBN."""
    said = [Said(Kind.MENDED, change) for change in read.changes[:MOST_SAID]]
    if more := len(read.changes) - len(said):
        said.append(Said(Kind.MENDED, _("%d more things were mended or left out.") % more))
    return said


def _withdrawn(entry: Entry) -> str:
    return _("It is the withdrawn book #%d, which stays withdrawn.") % entry.book_id


def _change(entry: Entry, after: Fields) -> str:
    """Which book, and each field from what to what."""
    book = f"#{entry.book_id}" if entry.book_id else _("new")
    fields = "; ".join(f"{name}: {_shown(entry.fields[name])} → {_shown(value)}" for name, value in after.items())
    return f"{entry.fields['title']} ({book}): {fields}"


def _shown(value: object) -> str:
    """A list by its names; nothing as a dash; not more than a glance takes in."""
    if isinstance(value, list):
        value = ", ".join(item if isinstance(item, str) else " ".join(filter(None, item)) for item in value)
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
