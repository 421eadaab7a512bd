"""Small catalogue files for the tests of imports."""

import csv
from collections.abc import Mapping
from pathlib import Path

COLUMNS = (
    "title", "subtitle", "series", "authors", "publisher", "year", "isbn", "language", "genres", "pages", "cover",
    "price", "description", "copies",
)  # fmt: skip


def library_file(folder: Path, *rows: Mapping[str, str], name: str = "books.csv") -> Path:
    """A file of the library's own columns; each row says only what matters to the test."""
    file = folder / name
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({"authors": "An Author", **row} for row in rows)
    return file
