"""The British Library's catalogue data for researchers, names.csv: a row for every name, so several of one book."""

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from books.importing import cleaning
from books.importing.record import Contributor, Record, Warn
from books.importing.sources.profiles.profile import Cells, Profile, title_of

_BETWEEN = " ; "
# "Gorey, Edward, 1925-2000, author ; artist [person]": the kind ends each name, for names have semicolons too.
_NAME = re.compile(r"(?P<name>.+?) \[(?P<kind>person|organisation|meeting/conference)\](?: ; |$)")
# Beyond a person's two names: "1925-2000", "-1992", and what tells namesakes apart ("Comic book inker").
_DATES = re.compile(r"\d{3}|^-")
_GENERATION = re.compile(r"^(?:jr|sr|[ivx]+)\.?$", re.IGNORECASE)
# People and characters: "Schulz, Charles M.", "Hellboy (Fictitious character)".
_NO_GENRE = re.compile(r"[(\d]|, [^\W\d_a-z]")
_FULLER_FORM = re.compile(r" \([^()]*\)$")
_WRITERS = frozenset({"author", "writer", "novelist"})
_NO_CONTRIBUTORS = frozenset({"publisher", "printer", "distributor", "issuing body"})
_ROLES = _WRITERS | _NO_CONTRIBUTORS | {
    "artist", "cartoonist", "colorist", "colourist", "compiler", "creator", "designer", "editor", "illustrator",
    "inker", "letterer", "penciller", "photographer", "translator", "contributor",
}  # fmt: skip
CONTRIBUTOR = "contributor"


def _record(cells: Cells, warn: Warn) -> Record:
    title, subtitle = cleaning.title_and_subtitle(title_of(cells["title"]))
    return Record(
        title=cleaning.fitting(title, "title", warn),
        subtitle=cleaning.fitting(subtitle, "subtitle", warn),
        series=cleaning.fitting(_series(cells), "series", warn),
        authors=cleaning.contributors(_contributors(cells), warn),
        publisher=cleaning.publisher_name(_first_publisher(cells["publisher"], warn), warn),
        year=cleaning.year(cells["date of publication"].strip("- "), warn),
        pages=cleaning.extent(cells["physical description"], warn),
        isbns=cleaning.isbns(cells["isbn"], warn),
        language=cleaning.language(cells["languages"], warn),
        genres=cleaning.subjects(_BETWEEN.join(_subjects(cells)), _BETWEEN, warn),
        description=cleaning.paragraphs(cells["notes"].replace(_BETWEEN, "\n")),
    )


def _series(cells: Cells) -> str:
    number = _FULLER_FORM.sub("", re.sub(r" \[[^][]*\]", "", cells["number within series"]))
    return " ".join((cells["series title"].split(_BETWEEN)[0], number.split(_BETWEEN)[0])).strip()


def _first_publisher(publishers: str, warn: Warn) -> str:
    first, several, _others = publishers.partition(_BETWEEN)
    if several:
        warn(_("Several publishers, of which the first is kept: %s.") % publishers)
    return first


def _subjects(cells: Cells) -> Iterator[str]:
    """The genres, and of "Cartoonists--Great Britain--Exhibitions" the subject itself."""
    yield from cells["genre"].split(_BETWEEN)
    topics = (topic.split("--")[0] for topic in cells["topics"].split(_BETWEEN))
    yield from (topic for topic in topics if not _NO_GENRE.search(topic))


def _contributors(cells: Cells) -> list[Contributor]:
    """Writers first; who has no role helped, unless nobody is called the writer."""
    named = [_contributor(match["name"], match["kind"]) for match in _NAME.finditer(cells["other names"])]
    named = named or [_contributor(cells["name"], cells["type of name"])]
    roles_of = [(name, roles) for name, roles in named if not roles & _NO_CONTRIBUTORS]
    has_writer = any(roles & _WRITERS for _name, roles in roles_of)
    contributors = [Contributor(name, _role(roles, has_writer)) for name, roles in roles_of]
    return sorted(contributors, key=lambda contributor: contributor.role != "")


def _role(roles: frozenset[str], has_writer: bool) -> str:
    if roles & _WRITERS:
        return ""
    return min(roles, default=CONTRIBUTOR if has_writer else "")


def _contributor(text: str, kind: str) -> tuple[str, frozenset[str]]:
    heading, roles = _without_roles(text)
    if kind != "person":
        return heading, roles
    name, *others = heading.split(", ")
    others = [part for part in others if not _DATES.search(part)]
    kept = [*others[:1], *filter(_GENERATION.match, others[1:])]
    return cleaning.in_natural_order(", ".join(_FULLER_FORM.sub("", part) for part in (name, *kept))), roles


def _without_roles(text: str) -> tuple[str, frozenset[str]]:
    heading, _comma, last = text.rpartition(", ")
    roles = frozenset(last.split(_BETWEEN))
    return (heading, roles) if heading and roles <= _ROLES else (text, frozenset())


def _join(rows: Sequence[Cells]) -> Cells:
    """All rows of a book have the same cells but for the name that stands before."""
    isbns = _BETWEEN.join(dict.fromkeys(row["isbn"] for row in rows))
    names = _BETWEEN.join(dict.fromkeys(row["other names"] for row in rows))
    return {**rows[0], "isbn": isbns, "other names": names}


BRITISH_LIBRARY = Profile(
    name="bl_names",
    required=frozenset({
        "name", "type of name", "other names", "bl record id", "isbn", "title", "series title", "number within series",
        "publisher", "date of publication", "physical description", "topics", "genre", "languages", "notes",
    }),
    to_record=_record,
    joined_by="bl record id",
    join=_join,
)  # fmt: skip
