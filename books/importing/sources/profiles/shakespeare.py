"""Shakespeare and Company, the lending library of Paris: the books dataset of the Princeton project."""

from html import unescape

from django.utils.translation import gettext as _

from books.importing import cleaning
from books.importing.record import Contributor, Record, Warn
from books.importing.sources.profiles.profile import Cells, Profile, title_of

_ROLES = {
    "author": "",
    "editor": "editor",
    "translator": "translator",
    "introduction": "author of introduction",
    "illustrator": "illustrator",
    "photographer": "photographer",
}
_PRINTED = ("", "Book", "Periodical", "Article")


def _record(cells: Cells, warn: Warn) -> Record:
    told = (cells["notes"], cells["volumes_issues"].replace(";", "\n"))
    return Record(
        title=cleaning.fitting(unescape(title_of(cells["title"])), "title", warn),
        authors=cleaning.contributors(_contributors(cells), warn),
        year=cleaning.year(cells["year"], warn),
        description=cleaning.paragraphs(unescape("\n".join(filter(None, told)))),
    )


def _contributors(cells: Cells) -> list[Contributor]:
    return [
        Contributor(cleaning.in_natural_order(name), role)
        for column, role in _ROLES.items()
        for name in cells[column].split(";")
    ]


def _not_a_book(cells: Cells) -> str:
    kind = cells["format"].strip()
    return "" if kind in _PRINTED else _("This is no book: %s.") % kind


SHAKESPEARE = Profile(
    name="shakespeare_and_company",
    required=frozenset({"uri", "title", "year", "format", "volumes_issues", "notes", "borrow_count", *_ROLES}),
    to_record=_record,
    not_a_book=_not_a_book,
)
