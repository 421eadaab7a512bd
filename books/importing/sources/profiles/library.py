"""The library's own columns: what the export writes comes back as it was."""

from collections.abc import Callable, Iterable

from books.importing import cleaning
from books.importing.record import Contributor, Record, Warn
from books.importing.sources.profiles.library_cells import contributors, line_each, unguarded
from books.importing.sources.profiles.people_cells import people
from books.importing.sources.profiles.profile import Cells, Profile, title_of

# Authors, genres, ISBNs and barcodes are several with "; " between them; an author's role follows in brackets.
LIBRARY_COLUMNS = (
    "title", "subtitle", "original_title", "series", "authors", "publisher", "year", "isbn", "language", "genres",
    "pages", "cover", "cover_url", "price", "daily_fee", "rating", "ratings_count", "description", "copies", "barcodes",
)  # fmt: skip

Names = Callable[[str], Iterable[Contributor]]


def from_library(cells: Cells, warn: Warn, names: Names = contributors) -> Record:
    def cell(name: str) -> str:
        return unguarded(cells.get(name, ""))

    return Record(
        title=cleaning.fitting(title_of(cell("title")), "title", warn),
        subtitle=cleaning.fitting(cell("subtitle"), "subtitle", warn),
        original_title=cleaning.fitting(cell("original_title"), "original_title", warn),
        series=cleaning.fitting(cell("series"), "series", warn),
        authors=cleaning.contributors(names(cell("authors")), warn),
        publisher=cleaning.publisher_name(cell("publisher"), warn),
        year=cleaning.year(cell("year"), warn),
        isbns=cleaning.isbns(cell("isbn"), warn),
        language=cleaning.language(cell("language"), warn),
        genres=cleaning.subjects(line_each(cell("genres")), "\n", warn),
        pages=cleaning.pages(cell("pages"), warn),
        cover=cleaning.cover(cell("cover"), warn),
        cover_url=cleaning.web_address(cell("cover_url"), warn),
        price=cleaning.price(cell("price"), warn),
        daily_fee=cleaning.daily_fee(cell("daily_fee"), warn),
        rating=cleaning.rating(cell("rating"), warn),
        ratings_count=cleaning.ratings_count(cell("ratings_count"), warn),
        description=cleaning.paragraphs(cell("description")),
        copies=cleaning.copies(cell("copies"), warn),
        barcodes=cleaning.barcodes(cell("barcodes"), warn),
    )


def _to_record(cells: Cells, warn: Warn) -> Record:
    """Names are taken letter by letter from the export, which has every column; others write them as people do."""
    return from_library(cells, warn, names=contributors if len(cells) == len(LIBRARY_COLUMNS) else people)


LIBRARY = Profile(
    name="library",
    required=frozenset({"title", "authors"}),
    others=frozenset(LIBRARY_COLUMNS),
    to_record=_to_record,
)
