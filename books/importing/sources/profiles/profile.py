"""What the columns of a kind of CSV file mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from books.importing import cleaning
from books.importing.record import Record, RefusedRow, Warn

Cells = Mapping[str, str]
Completing = Callable[[Cells], Cells]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`required` columns must be there; with `others` given, no columns but these may be.

    Rows with the same value in the column `joined_by` are one record, made by `join`. `completing` opens companions,
    files that know more of the same books, and gives what adds it to a row. `not_a_book` says of a row why it is none.
    """

    name: str
    required: frozenset[str]
    to_record: Callable[[Cells, Warn], Record]
    others: frozenset[str] | None = None
    title: str = "title"
    joined_by: str = ""
    join: Callable[[Sequence[Cells]], Cells] = lambda rows: rows[0]
    completing: Callable[[Mapping[str, Path]], Completing] | None = None
    not_a_book: Callable[[Cells], str] = lambda cells: ""

    def missing(self, header: Sequence[str]) -> list[str]:
        return sorted(self.required - set(header))

    def unknown(self, header: Sequence[str]) -> list[str]:
        return [] if self.others is None else sorted(set(header) - self.required - self.others - {""})

    def fits(self, header: Sequence[str]) -> bool:
        return not self.missing(header) and not self.unknown(header)


def title_of(value: str) -> str:
    """Raises RefusedRow."""
    title = cleaning.one_line(value)
    if not title:
        raise RefusedRow(_("The row has no title."))
    return title
