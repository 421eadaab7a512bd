"""Which columns a kind of file has, and what they mean. The file's header chooses the profile."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from books.importing import cleaning
from books.importing.record import Record, RefusedRow, Warn

Cells = Mapping[str, str]


class UnknownHeader(Exception):
    """No profile fits the file's columns; the message names those that are missing or unknown."""


@dataclass(frozen=True)
class Profile:
    """`required` columns must be there; with `others` given, no columns but these may be."""

    name: str
    required: frozenset[str]
    to_record: Callable[[Cells, Warn], Record]
    others: frozenset[str] | None = None

    def missing(self, header: Sequence[str]) -> list[str]:
        return sorted(self.required - set(header))

    def unknown(self, header: Sequence[str]) -> list[str]:
        return [] if self.others is None else sorted(set(header) - self.required - self.others)

    def fits(self, header: Sequence[str]) -> bool:
        return not self.missing(header) and not self.unknown(header)


def profile_for(header: Sequence[str], name: str = "") -> Profile:
    """The named profile, else the first that fits. Raises UnknownHeader."""
    candidates = [profile for profile in PROFILES if name in ("", profile.name)]
    for profile in candidates:
        if profile.fits(header):
            return profile
    found = _("The file has these columns: %s.") % (", ".join(header) or _("none"))
    raise UnknownHeader(
        "\n".join([_("No import profile fits this file.") if not name else "", found, *map(_needs, candidates)]).strip()
    )


def _needs(profile: Profile) -> str:
    text = _("Profile “%(name)s” needs: %(columns)s.") % {
        "name": profile.name,
        "columns": ", ".join(sorted(profile.required)),
    }
    if profile.others is None:
        return text
    return text + " " + _("It also takes: %s.") % ", ".join(sorted(profile.others))


def _title(value: str) -> str:
    title = cleaning.one_line(value)
    if not title:
        raise RefusedRow(_("The row has no title."))
    return title


def _from_goodbooks(cells: Cells, warn: Warn) -> Record:
    """Its `isbn13` column is never read: rounding made thousands of valid-looking wrong numbers of it."""
    title, series = cleaning.title_and_series(_title(cells["title"]))
    return Record(
        title=cleaning.fitting(title, "title", warn),
        series=cleaning.fitting(series, "series", warn),
        original_title=cleaning.fitting(cells["original_title"], "original_title", warn),
        authors=cleaning.people(cells["authors"], ", ", warn),
        language=cleaning.language(cells["language_code"], warn),
        year=cleaning.year(cells["original_publication_year"], warn),
        isbns=cleaning.isbns(cells["isbn"], warn),
        rating=cleaning.rating(cells["average_rating"], warn),
        ratings_count=cleaning.ratings_count(cells["ratings_count"], warn),
        cover_url="" if "/nophoto/" in cells["image_url"] else cleaning.web_address(cells["image_url"], warn),
    )


def _from_library(cells: Cells, warn: Warn) -> Record:
    def cell(name: str) -> str:
        return cells.get(name, "")

    return Record(
        title=cleaning.fitting(_title(cell("title")), "title", warn),
        subtitle=cleaning.fitting(cell("subtitle"), "subtitle", warn),
        series=cleaning.fitting(cell("series"), "series", warn),
        authors=cleaning.people(cell("authors"), ";", warn),
        genres=cleaning.subjects(cell("genres"), ";", warn),
        publisher=cleaning.publisher_name(cell("publisher"), warn),
        language=cleaning.language(cell("language"), warn),
        year=cleaning.year(cell("year"), warn),
        pages=cleaning.pages(cell("pages"), warn),
        cover=cleaning.cover(cell("cover"), warn),
        isbns=cleaning.isbns(cell("isbn"), warn),
        description=cleaning.paragraphs(cell("description")),
        price=cleaning.price(cell("price"), warn),
        copies=cleaning.copies(cell("copies"), warn),
    )


GOODBOOKS = Profile(
    name="goodbooks10k",
    required=frozenset(
        (
            "isbn",
            "authors",
            "original_publication_year",
            "original_title",
            "title",
            "language_code",
            "average_rating",
            "ratings_count",
            "image_url",
        )
    ),
    to_record=_from_goodbooks,
)
LIBRARY = Profile(
    name="library",
    required=frozenset({"title", "authors"}),
    others=frozenset(
        (
            "subtitle",
            "series",
            "publisher",
            "year",
            "isbn",
            "language",
            "genres",
            "pages",
            "cover",
            "price",
            "description",
            "copies",
        )
    ),
    to_record=_from_library,
)
PROFILES = (GOODBOOKS, LIBRARY)
