"""Names of people in one cell, as people write them: in either order, with dates, with "and" or a comma between."""

import re
from collections.abc import Iterator

from books.importing.cleaning import in_natural_order, one_line
from books.importing.record import Contributor
from books.importing.sources.profiles.library_cells import contributor, line_each

_BETWEEN = re.compile(r"[|/\n]")
_AND = re.compile(r",?\s+(?:and|und|&)\s+")
_ENDS_IN_INITIAL = re.compile(r"\b\w\.?$")
_DATES = re.compile(
    r",\s*(?:(?:born|died|ca|[bdc])\b\.?\s*)?(?:\d{3,4}\??(?:\s*[-–]\s*(?:\d{3,4}\??)?)?|[-–]\s*\d{3,4})(?=\s*(?:,|$))"
    r"|\s*\(\d{3,4}\s*[-–]\s*(?:\d{3,4})?\)"
)
# What joins words within the name of a body: "Ministry of Food and Rural Affairs".
_BODY = re.compile(
    r"\b(?:of|for|the|national|royal|university|institute|society|association|council|committee|department|ministry"
    r"|office|museum|library|press|service|services|research|company|sons)\b",
    re.IGNORECASE,
)


def people(cell: str) -> Iterator[Contributor]:
    """ "A. Writer; B. Writer", "Ann Writer, Bob Writer and Cy Writer", "Writer, Ann, 1900-1980 [editor]"."""
    written = [text for text in _BETWEEN.split(line_each(cell)) if text.strip()]
    for name, role in map(contributor, map(one_line, written)):
        undated = _DATES.sub("", name)
        parts = [undated] if len(written) > 1 and "," in undated else _several(undated)
        yield from (Contributor(in_natural_order(part), role.casefold()) for part in parts)


def _several(name: str) -> list[str]:
    """A comma parts people, or one name; "and" parts people, and belongs to the names of bodies."""
    joined = [part.strip() for part in _AND.split(name)]
    if _BODY.search(name) or not all(" " in part for part in joined):
        joined = [name]
    return [one for part in joined for one in _by_comma(part)]


def _by_comma(name: str) -> list[str]:
    parts = [part for part in map(one_line, name.split(",")) if part]
    are_people = len(parts) > 1 and all(" " in part for part in parts) and not _ENDS_IN_INITIAL.search(parts[1])
    return parts if are_people else [name]
