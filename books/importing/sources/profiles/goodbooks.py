"""goodbooks-10k: ten thousand books as Goodreads knew them in 2017, with readers' tags in two more files."""

from books.importing import cleaning
from books.importing.record import Record, Warn
from books.importing.sources.profiles.goodbooks_tags import genres_by_book
from books.importing.sources.profiles.profile import Cells, Profile, title_of

GENRES = "genres"


def _record(cells: Cells, warn: Warn) -> Record:
    """Its `isbn13` column is never read: rounding made thousands of valid-looking wrong numbers of it."""
    title, series = cleaning.title_and_series(title_of(cells["title"]))
    return Record(
        title=cleaning.fitting(title, "title", warn),
        series=cleaning.fitting(series, "series", warn),
        original_title=cleaning.fitting(cells["original_title"], "original_title", warn),
        authors=cleaning.people(cells["authors"], ", ", warn),
        genres=cleaning.subjects(cells.get(GENRES, ""), ";", warn),
        language=cleaning.language(cells["language_code"], warn),
        year=cleaning.year(cells["original_publication_year"], warn),
        isbns=cleaning.isbns(cells["isbn"], warn),
        rating=cleaning.rating(cells["average_rating"], warn),
        ratings_count=cleaning.ratings_count(cells["ratings_count"], warn),
        cover_url="" if "/nophoto/" in cells["image_url"] else cleaning.web_address(cells["image_url"], warn),
    )


GOODBOOKS = Profile(
    name="goodbooks10k",
    required=frozenset({
        "isbn", "authors", "original_publication_year", "original_title", "title", "language_code", "average_rating",
        "ratings_count", "image_url",
    }),
    to_record=_record,
    completing=genres_by_book,
)  # fmt: skip
