"""Real catalogues that are not part of the project, read as an import reads them; a book's id is its place."""

from collections.abc import Iterator
from math import log
from pathlib import Path

from books.importing.record import Record
from books.importing.sources import open_source
from books.search.documents import BookDocument, Named
from tests.books.search.factories import FIRST_DAY

GOODBOOKS = Path("csv") / "goodbooks10k_books.csv"
NOISEBRIDGE = Path("csv") / "noisebridge_openlibrary_responses.json"
COMICS = Path("csv") / "bl_comics_names.csv"
FRENCH = Path("marc") / "evergreen" / "lul_fre_500.mrc"
HEBREW = Path("marc") / "evergreen" / "hebrew.marc"
KOHA = Path("marc") / "koha" / "koha_biblios.marcxml.xml"
ALL = (GOODBOOKS, NOISEBRIDGE, COMICS, FRENCH, HEBREW, KOHA)


class _Ids:
    """Numbers names as they come."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def __call__(self, name: str) -> Named:
        return Named(self._ids.setdefault(name, len(self._ids) + 1), name)


def catalogue(path: Path) -> Iterator[BookDocument]:
    """Every record that is a book."""
    ids = _Ids()
    with open_source(path) as source:
        for place, read in enumerate(source.records(), start=1):
            if read.record:
                yield _document(place, read.record, ids)


def _document(book_id: int, record: Record, named: _Ids) -> BookDocument:
    return BookDocument(
        book_id=book_id,
        version=1,
        title=record.title,
        original_title=record.original_title,
        subtitle=record.subtitle,
        series=record.series,
        authors=tuple(dict.fromkeys(named(author.name) for author in record.authors)),
        genres=tuple(map(named, record.genres)),
        publisher=named(record.publisher) if record.publisher else None,
        language=record.language,
        year=record.year,
        isbns=record.isbns,
        rating=record.rating,
        ratings_count=record.ratings_count,
        popularity=log(1 + record.ratings_count),
        created_at=FIRST_DAY,
    )
