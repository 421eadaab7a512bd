"""Template tags of the catalogue: years, languages and the values to filter by."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from books.browsing import Wish
from books.search.store import FacetCount

VALUES_SHOWN = 8

register = template.Library()


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
def chosen_values(context: dict[str, Any]) -> list[FacetValue]:
    """Every value that is chosen, of all kinds."""
    found = [one for counts in context["facets"].values() for one in counts]
    values = [_value(one, context["wish"], context["request"].GET) for one in found]
    return [value for value in values if value.chosen]


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
def language_name(code: str) -> str:
    try:
        return get_language_info(code)["name_translated"].capitalize()
    except KeyError:
        return code


@register.filter
def year(number: int) -> str:
    """Years before ours are counted backwards: -800 is 800 BC."""
    return _("%(year)d BC") % {"year": -number} if number < 0 else str(number)


def decade(first: int) -> str:
    return _("%(years)s BC") % {"years": -first} if first < 0 else _("%(year)ds") % {"year": first}
