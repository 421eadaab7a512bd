"""Rows for routes that docs/permissions.md does not have yet, with what the portal does now: judge them, then paste."""

from accounts.models import User
from tests.permissions.asking import NOT_OFFERED, Caller, ask
from tests.permissions.table import HIDDEN, METHODS, NO, OWN, OWN_ELSE_NO, ROLES, YES, Row

Callers = dict[str, Caller]


def proposals(routes: list[str], callers: Callers, other: User) -> str:
    return "\n".join(str(row) for route in routes for row in _rows(route, callers, other))


def _rows(route: str, callers: Callers, other: User) -> list[Row]:
    """Methods with the same cells share a row."""
    by_cells: dict[tuple[str, ...], list[str]] = {}
    for method in METHODS:
        if ask(method, route, who=callers["admin"], owner=other) != NOT_OFFERED:
            cells = tuple(_cell(method, route, callers[role], other) for role in ROLES)
            by_cells.setdefault(cells, []).append(method)
    return [Row(route, tuple(methods), dict(zip(ROLES, cells, strict=True))) for cells, methods in by_cells.items()]


def _cell(method: str, route: str, who: Caller, other: User) -> str:
    others = ask(method, route, who=who, owner=other)
    if who.user is None or "{" not in route or route.startswith("/admin/"):
        return others
    own = ask(method, route, who=who, owner=who.user)
    return {(YES, HIDDEN): OWN, (YES, NO): OWN_ELSE_NO}.get((own, others), own)
