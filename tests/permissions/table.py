"""docs/permissions.md, read: which role may send which method to which route."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
ROLES = ("anonymous", "customer", "author", "librarian", "admin")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What a cell may say; the document explains each.
YES, OWN, OWN_ELSE_NO, NO, LOGIN, HIDDEN = CELLS = ("yes", "own", "own, else no", "no", "login", "hidden")


@dataclass(frozen=True)
class Row:
    route: str
    methods: tuple[str, ...]
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"| `{self.route}` | {', '.join(self.methods)} | {' | '.join(self.cells.values())} |"


@cache
def rows() -> tuple[Row, ...]:
    return tuple(_row(line) for line in DOCUMENT.read_text().splitlines() if line.startswith("| `/"))


def _row(line: str) -> Row:
    route, methods, *cells = (cell.strip() for cell in line.strip("| \n").split(" | "))
    return Row(route.strip("`"), tuple(methods.split(", ")), dict(zip(ROLES, cells, strict=True)))


def cells_of(route: str) -> Iterator[tuple[str, str, str]]:
    """Method, role and what the cell says."""
    for row in rows():
        if row.route == route:
            for method in row.methods:
                yield from ((method, role, cell) for role, cell in row.cells.items())


def methods_of(route: str) -> list[str]:
    return [method for row in rows() if row.route == route for method in row.methods]
