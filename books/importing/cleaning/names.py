"""People, publishers and subjects."""

import re
from collections.abc import Iterable

from books.importing.cleaning.text import cut, one_line
from books.importing.record import Contributor, Warn
from books.models import Author, Authorship, Genre, Publisher

_WITH_ROLE = re.compile(r"^(?P<name>.+?)\s*\[(?P<role>[^][]+)\]$")
_GENERATION = re.compile(r"^(?P<word>jr|sr)\.?$|^(?P<number>[ivx]+)$", re.IGNORECASE)
# What follows a comma without being a first name.
_AFTER_NAMES = re.compile(r"^(?:inc|ltd|llc|co|corp|gmbh|s\.?a|ph\.? ?d|m\.?d|esq)\.?$", re.IGNORECASE)


def people(value: str, separator: str, warn: Warn) -> tuple[Contributor, ...]:
    """The names, each once, in the order given; a role stands in brackets: "Name [translator]"."""
    return contributors((_contributor(one_line(name)) for name in value.split(separator)), warn)


def contributors(given: Iterable[Contributor], warn: Warn) -> tuple[Contributor, ...]:
    """Each name once, with the first role it came with, cut to fit."""
    kept: dict[str, Contributor] = {}
    for contributor in given:
        name = cut(contributor.name, "authors", _name_length(Author), warn)
        role = cut(contributor.role, "role", Authorship._meta.get_field("role").max_length, warn)
        if name:
            kept.setdefault(name.casefold(), Contributor(name, role))
    return tuple(kept.values())


def _contributor(text: str) -> Contributor:
    match = _WITH_ROLE.match(text)
    return Contributor(match["name"], match["role"].strip().casefold()) if match else Contributor(text)


def in_natural_order(heading: str) -> str:
    """ "Tolkien, J. R. R." → "J. R. R. Tolkien", "Dana, Richard Henry, jr" → "Richard Henry Dana Jr."."""
    name = one_line(heading).rstrip(",")
    parts = name.split(", ")
    if len(parts) == 1 or _AFTER_NAMES.match(parts[1]) or "(" in name:
        return name
    generations = [generation for part in parts if (generation := _generation(part))]
    last, *others = [part for part in parts if not _generation(part)] or [""]
    return ", ".join((" ".join((*others[:1], last, *generations)), *others[1:]))


def _generation(part: str) -> str:
    match = _GENERATION.match(part)
    if match is None:
        return ""
    return f"{match['word'].capitalize()}." if match["word"] else match["number"].upper()


def subjects(value: str, separator: str, warn: Warn) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in filter(None, map(one_line, value.split(separator))):
        fitting_name = cut(name, "genres", _name_length(Genre), warn)
        kept.setdefault(fitting_name.casefold(), fitting_name)
    return tuple(kept.values())


def publisher_name(value: str, warn: Warn) -> str:
    return cut(one_line(value), "publisher", _name_length(Publisher), warn)


def _name_length(model: type[Author | Genre | Publisher]) -> int | None:
    return model._meta.get_field("name").max_length
