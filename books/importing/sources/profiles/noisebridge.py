"""A hackerspace's shelf as Open Library described it: books.csv of Noisebridge."""

import re

from books.importing import cleaning
from books.importing.record import Contributor, Record, Warn
from books.importing.sources.profiles.profile import Cells, Profile, title_of

# What Open Library can do with a book, and no subject of it.
_NO_SUBJECTS = frozenset({
    "accessible book", "in library", "internet archive wishlist", "large type books", "lending library",
    "new york times bestseller", "overdrive", "popular print disabled books", "protected daisy",
})  # fmt: skip
_BETWEEN_PEOPLE = re.compile(r";|,(?=\S)")


def _record(cells: Cells, warn: Warn) -> Record:
    return Record(
        title=cleaning.fitting(cleaning.without_full_stop(title_of(cells["title"])), "title", warn),
        authors=cleaning.contributors(map(person, _BETWEEN_PEOPLE.split(cells["authors"])), warn),
        year=cleaning.year(cells["publish_date"].strip("u"), warn),
        pages=cleaning.pages(cells["number_of_pages"], warn),
        isbns=cleaning.isbns(cells["isbn"], warn),
        genres=cleaning.subjects(";".join(filter(is_subject, cells["subjects"].split(";"))), ";", warn),
        cover_url=cleaning.web_address(cells["openlibrary_medcover_url"], warn),
    )


def person(name: str) -> Contributor:
    return Contributor(cleaning.in_natural_order(cleaning.without_full_stop(name)))


def is_subject(name: str) -> bool:
    return name.strip().casefold() not in _NO_SUBJECTS


NOISEBRIDGE = Profile(
    name="noisebridge",
    required=frozenset({
        "isbn", "title", "authors", "publish_date", "number_of_pages", "subjects", "openlibrary_medcover_url",
    }),
    to_record=_record,
)  # fmt: skip
