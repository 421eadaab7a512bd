"""Walking through long lists page by page: each begins behind a row, so that the last costs no more than the first."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from library_portal.errors import NotFound

PAGE_SIZE = 50


@dataclass(frozen=True)
class Place:
    """The page behind the row with the id `after`, or the one before the row `before`, or the first."""

    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Walk:
    """The ids of a page, in order; and the row that each neighbouring page begins behind or ends before, if any."""

    ids: list[int]
    next_after: int | None
    previous_before: int | None


def walk(rows: QuerySet[Any], *, order: tuple[str, ...], place: Place) -> Walk:
    """The fields of `order` all go up or all go down, and end with the id: rows of them can be compared.

    Raises NotFound when the row that the page hangs on is gone.
    """
    backwards, anchor = place.before is not None, place.before or place.after
    if anchor is not None:
        rows = _beyond(rows, order, anchor, backwards=backwards)
    ordered = rows.order_by(*(map(_reversed, order) if backwards else order))
    found = list(ordered.values_list("pk", flat=True)[: PAGE_SIZE + 1])
    more, ids = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        return Walk(ids[::-1], next_after=ids[0] if ids else None, previous_before=ids[-1] if more else None)
    return Walk(ids, next_after=ids[-1] if more else None, previous_before=ids[0] if anchor and ids else None)


def _beyond(rows: QuerySet[Any], order: tuple[str, ...], anchor: int, *, backwards: bool) -> QuerySet[Any]:
    names = [field.removeprefix("-") for field in order]
    values = rows.model._default_manager.filter(pk=anchor).values_list(*names).first()
    if values is None:
        raise NotFound
    goes_down = order[0].startswith("-") is not backwards
    compare = TupleLessThan if goes_down else TupleGreaterThan
    return rows.filter(compare(Tuple(*names), values))


def _reversed(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"
