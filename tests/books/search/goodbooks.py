"""The real catalogue of 10,000 books, read as the importer reads it."""

import csv
from collections.abc import Iterator
from math import log
from pathlib import Path

from books.importing.sources.profiles.goodbooks import GOODBOOKS
from books.importing.record import Record
from books.search.documents import BookDocument, Named
from tests.books.search.factories import FIRST_DAY

FILE = Path("csv") / "goodbooks10k_books.csv"


def goodbooks(shared_data: Path) -> Iterator[BookDocument]:
    author_ids: dict[str, int] = {}
    with (shared_data / FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            record = GOODBOOKS.to_record(row, lambda remark: None)
            authors = tuple(
                Named(author_ids.setdefault(author.name, len(author_ids) + 1), author.name) for author in record.authors
            )
            yield _document(int(row["book_id"]), record, authors)


def _document(book_id: int, record: Record, authors: tuple[Named, ...]) -> BookDocument:
    return BookDocument(
        book_id=book_id,
        version=1,
        title=record.title,
        original_title=record.original_title,
        series=record.series,
        authors=authors,
        language=record.language,
        year=record.year,
        isbns=(record.isbn,) if record.isbn else (),
        rating=record.rating,
        ratings_count=record.ratings_count,
        popularity=log(1 + record.ratings_count),
        created_at=FIRST_DAY,
    )
