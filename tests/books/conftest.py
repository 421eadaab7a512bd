import csv

import pytest

GOODBOOKS = [
    "isbn", "isbn13", "authors", "original_publication_year", "original_title", "title", "language_code",
    "average_rating", "ratings_count", "image_url",
]  # fmt: skip


@pytest.fixture
def goodbooks(tmp_path):
    """Writes a file with goodbooks10k's columns; each row says only what matters to the test."""

    def write(*rows):
        file = tmp_path / "books.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, GOODBOOKS, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows({"title": "A Title", "authors": "An Author", **row} for row in rows)
        return file

    return write


@pytest.fixture
def library(tmp_path):
    """Writes a file of the library's own columns from lines of text."""

    def write(*lines):
        file = tmp_path / "library.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write
