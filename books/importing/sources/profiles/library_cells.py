"""How the library's own CSV writes several names in one cell, and keeps spreadsheets from running what a cell says.

Names are parted by ";"; one within a name is written "\\;". A cell that a spreadsheet would take for a formula gets an
apostrophe before it, and so does one that begins with such an apostrophe, so that each can be taken away again.
"""

import re
from collections.abc import Iterable

from books.importing.cleaning import one_line
from books.importing.record import Contributor

_PARTING = re.compile(r"(?<!\\);")
_WITH_ROLE = re.compile(r"^(?P<name>.+?)\s*\[(?P<role>[^][]*)\]$")
_FORMULA = re.compile(r"'*[=+@\t\r-]")
_GUARDED = re.compile(r"'+[=+@\t\r-]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def joined(names: Iterable[str]) -> str:
    return "; ".join(name.replace(";", "\\;") for name in names)


def line_each(cell: str) -> str:
    """The names of a cell, each on a line of its own."""
    return _PARTING.sub("\n", cell).replace("\\;", ";")


def with_role(contributor: Contributor) -> str:
    """ "Name [translator]"; a name that ends with brackets of its own has empty ones behind it."""
    name, role = contributor
    return f"{name} [{role}]" if role or name.endswith("]") else name


def contributors(cell: str) -> list[Contributor]:
    return [contributor(one_line(name)) for name in line_each(cell).splitlines()]


def contributor(text: str) -> Contributor:
    match = _WITH_ROLE.match(text)
    return Contributor(match["name"], match["role"].strip()) if match else Contributor(text)


def guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
