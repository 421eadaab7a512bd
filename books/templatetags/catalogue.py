"""Template tags of the catalogue: years, languages and the values to filter by."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from books.browsing import Shown, Wish
from books.languages import language_name
from books.models import Author, Genre, Publisher
from books.queries import Row
from books.search.store import FacetCount

VALUES_SHOWN = 8
SHORT = 155
NAMED: dict[str, Any] = {"author": Author, "genre": Genre, "publisher": Publisher}

register = template.Library()
register.filter(language_name)


@dataclass(frozen=True)
class FacetValue:
    """A value to filter by; `address` chooses it, or drops it where it is chosen. `name` is unique on the page."""

    name: str
    label: str
    count: int
    chosen: bool
    address: str


@register.simple_tag(takes_context=True)
def facet(context: dict[str, Any], kind: str) -> list[FacetValue]:
    """The most frequent values among the books found, and always the chosen one."""
    wish, params = context["wish"], context["request"].GET
    found = context["facets"].get(kind, [])
    if kind == "decade":
        found = sorted(found, key=lambda one: -int(one.value))
    values = [_value(one, wish, params) for one in found]
    shown = [value for place, value in enumerate(values) if place < VALUES_SHOWN or value.chosen]
    return shown if len(shown) > 1 or any(value.chosen for value in shown) else []


@register.simple_tag(takes_context=True)
def hits_that_are(context: dict[str, Any], kind: str, value: str) -> int:
    """How many of the books found have this value."""
    return sum(one.count for one in context["facets"].get(kind, []) if one.value == value)


@register.simple_tag(takes_context=True)
def chosen_values(context: dict[str, Any]) -> list[FacetValue]:
    """Every filter that is set, also to what no book found has."""
    filters, params = context["wish"].filters, context["request"].GET
    set_to = {kind: value for kind in (*NAMED, "language") if (value := getattr(filters, kind))}
    chosen = [_chosen(_name_of(kind, value), params, kind) for kind, value in set_to.items()]
    if filters.year_min is not None or filters.year_max is not None:
        chosen.append(_chosen(_years(filters.year_min, filters.year_max), params, "year_min", "year_max"))
    return chosen


def _chosen(label: str, params: QueryDict, *parameters: str) -> FacetValue:
    """An address without the parameters takes the filter back."""
    address = params.copy()
    for name in ("page", *parameters):
        address.pop(name, None)
    return FacetValue(parameters[0], label, 0, True, f"?{address.urlencode()}")


def _name_of(kind: str, value: Any) -> str:
    if kind == "language":
        return language_name(value)
    return NAMED[kind].objects.filter(pk=value).values_list("name", flat=True).first() or str(value)


def _years(first: int | None, last: int | None) -> str:
    if first is not None and last == first + 9 and first % 10 == 0:
        return decade(first)
    if first is None or last is None:
        return (
            _("since %(year)s") % {"year": year(first)} if last is None else _("until %(year)s") % {"year": year(last)}
        )
    return f"{year(first)}–{year(last)}"


def _value(found: FacetCount, wish: Wish, params: QueryDict) -> FacetValue:
    chooses = _parameters(found)
    chosen = all(str(getattr(wish.filters, name)) == value for name, value in chooses.items())
    address = params.copy()
    for name in ("page", *chooses):
        address.pop(name, None)
    if not chosen:
        address.update(chooses)
    return FacetValue(f"{found.kind}-{found.value}", _label(found), found.count, chosen, f"?{address.urlencode()}")


def _parameters(found: FacetCount) -> dict[str, str]:
    if found.kind == "decade":
        return {"year_min": found.value, "year_max": str(int(found.value) + 9)}
    return {found.kind: found.value}


def _label(found: FacetCount) -> str:
    if found.kind == "language":
        return language_name(found.value)
    if found.kind == "decade":
        return decade(int(found.value))
    return found.label


@register.filter
def page_numbers(shown: Shown) -> list[int | None]:
    """The first, the last and those around this one; None where some are left out."""
    pages = Paginator(range(shown.pages), 1).get_elided_page_range(
        min(shown.page, shown.pages), on_each_side=1, on_ends=1
    )
    return [number if isinstance(number, int) else None for number in pages]


@register.filter
def in_short(book: Row) -> str:
    """A line or two about the book, for those who see no more of it."""
    told = book["description"] or " · ".join([book["title"], ", ".join(author["name"] for author in book["authors"])])
    return Truncator(told).chars(SHORT)


@register.filter
def series_name(series: str) -> str:
    """Without the number of the volume: "Harry Potter #1" is of "Harry Potter"."""
    return series.partition(" #")[0]


@register.filter
def year(number: int) -> str:
    """Years before ours are counted backwards: -800 is 800 BC."""
    return _("%(year)d BC") % {"year": -number} if number < 0 else str(number)


def decade(first: int) -> str:
    return _("%(years)s BC") % {"years": -first} if first < 0 else _("%(year)ds") % {"year": first}
