"""Which book a record means: by any of its ISBNs, else by title, first author and year."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from books.importing.entries import Entry, Fields, entries_of
from books.importing.models import ImportDraft, ImportJob
from books.importing.record import RefusedRow
from books.matching import match_key
from books.models import Book, Copy, Isbn

COPY = "copy "


class Wanted(NamedTuple):
    """What a record is found by, and the barcodes it brings."""

    told: Fields
    barcodes: tuple[str, ...] = ()

    @property
    def isbns(self) -> list[str]:
        return self.told.get("isbns", [])

    @property
    def match_key(self) -> str:
        authors = self.told.get("authors")
        return match_key(self.told["title"], authors[0][0] if authors else "", self.told.get("year"))


class Shelf:
    """The books that some records may mean: those of the catalogue, and those that the records themselves bring.

    Two ISBNs are two books even where all else is the same. In a dry run the drafts of earlier records come first.
    """

    def __init__(self, wanted: Sequence[Wanted], job: ImportJob) -> None:
        self._by_isbn: dict[str, Entry] = {}
        self._by_key: defaultdict[str, list[Entry]] = defaultdict(list)
        numbers = {number for one in wanted for number in one.isbns}
        keys = {one.match_key for one in wanted}
        barcodes = {barcode for one in wanted for barcode in one.barcodes}
        entries = entries_of(_book_ids(numbers, keys), lock=job.on_match != ImportJob.OnMatch.SKIP)
        self._barcodes = set(Copy.objects.filter(barcode__in=barcodes).values_list("barcode", flat=True))
        if job.is_dry_run:
            entries |= self._drafts(job, [*numbers, *keys, *map(_copy_key, barcodes), *map(_id_key, entries)])
        for entry in entries.values():
            self.put(entry)

    def _drafts(self, job: ImportJob, keys: Sequence[str]) -> dict[int, Entry]:
        found = {}
        for draft in ImportDraft.objects.filter(job=job, keys__overlap=keys).order_by("pk"):
            found[draft.book_id or -draft.pk] = Entry(draft.fields, draft.book_id, draft_id=draft.pk)
            self._barcodes.update(key.removeprefix(COPY) for key in draft.keys if key.startswith(COPY))
        return found

    def put(self, entry: Entry) -> None:
        """From now on this book is found too; again, when its ISBNs have become more."""
        self._by_isbn.update(dict.fromkeys(entry.isbns, entry))
        same = self._by_key[entry.match_key]
        if entry not in same:
            same.append(entry)

    def find(self, wanted: Wanted) -> Entry | None:
        """Raises RefusedRow when the ISBNs are those of different books."""
        found = list(dict.fromkeys(self._by_isbn[number] for number in wanted.isbns if number in self._by_isbn))
        if len(found) > 1:
            raise RefusedRow(_two_books(found))
        if found:
            return found[0]
        same = self._by_key.get(wanted.match_key, [])
        return next((entry for entry in same if not (wanted.isbns and entry.isbns)), None)

    def free_barcodes(self, wanted: Wanted) -> list[str]:
        """Those that no copy has; from now on they are taken."""
        free = [barcode for barcode in dict.fromkeys(wanted.barcodes) if barcode not in self._barcodes]
        self._barcodes.update(free)
        return free


def draft_keys(entry: Entry) -> list[str]:
    own = [_id_key(entry.book_id)] if entry.book_id else []
    return [*own, entry.match_key, *entry.isbns, *map(_copy_key, entry.barcodes)]


def _copy_key(barcode: str) -> str:
    return f"{COPY}{barcode}"


def _id_key(book_id: int) -> str:
    return f"book {book_id}"


def _book_ids(numbers: Iterable[str], keys: Iterable[str]) -> set[int]:
    by_isbn = Isbn.objects.filter(number__in=numbers).values_list("book", flat=True)
    by_key = Book.objects.filter(match_key__in=keys).values_list("pk", flat=True)
    return {*by_isbn, *by_key}


def _two_books(found: Sequence[Entry]) -> str:
    named = "; ".join(_named(entry) for entry in found)
    return _("Its ISBNs are those of different books: %s.") % named


def _named(entry: Entry) -> str:
    number = f"#{entry.book_id}, " if entry.book_id else ""
    return f"“{entry.fields['title']}” ({number}{', '.join(entry.isbns)})"
