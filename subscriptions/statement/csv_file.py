"""The statement for spreadsheets: one line per entry, streamed, so that any length fits."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from subscriptions.models import LedgerEntry
from subscriptions.references import Meaning, meanings

AT_ONCE = 500
# A spreadsheet takes what begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(entries: Iterable[LedgerEntry]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, without which some spreadsheets misread it."""
    yield "\ufeff".encode()
    yield _line([_("Number"), _("When"), _("What"), _("Details"), _("Amount in USD"), _("Balance in USD")])
    rest = iter(entries)
    while batch := list(islice(rest, AT_ONCE)):
        known = meanings(batch)
        for entry in batch:
            yield _line(_cells(entry, known.get(entry.pk)))


def details(entry: LedgerEntry, meaning: Meaning | None) -> str:
    return meaning.words if meaning else entry.reason


def _cells(entry: LedgerEntry, meaning: Meaning | None) -> list[str]:
    return [
        str(entry.pk),
        timezone.localtime(entry.created_at).isoformat(timespec="seconds"),
        entry.get_kind_display(),
        _plain(details(entry, meaning)),
        f"{entry.amount:.2f}",
        f"{entry.balance_after:.2f}",
    ]


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _line(cells: list[str]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
