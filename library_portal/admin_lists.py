"""Long lists of the admin: counted no further than anybody turns pages, and taken out as CSV."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import StreamingHttpResponse

COUNTED_AT_MOST = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FirstPages(Paginator):
    """What lies further down is found by filters."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNTED_AT_MOST].count()


class _Line:
    """A file for the csv module that gives each row back."""

    def write(self, row: str) -> str:
        return row


def csv_download(file_name: str, *, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Sent while it is read, so that no list is too long for the memory."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_harmless(cell) for cell in row])


def _harmless(cell: Any) -> str:
    """What a spreadsheet would run as a formula is text: people and browsers say of themselves what they like."""
    text = "" if cell is None else str(cell)
    is_formula = text.startswith(FORMULA) and not isinstance(cell, int | Decimal)
    return f"'{text}" if is_formula else text
