"""What the ledger's references mean to people. Contexts above know, and register: `reservation:12` is a title."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from subscriptions.models import Debt, LedgerEntry


@dataclass(frozen=True)
class Meaning:
    """Words for people, and the page about it, if any."""

    words: str
    url: str = ""


Describe = Callable[[Collection[int]], Mapping[int, Meaning]]

_by_prefix: dict[str, Describe] = {}


def describes(*prefixes: str) -> Callable[[Describe], Describe]:
    """Register who can tell what references such as `reservation:12` mean: a function from the numbers."""

    def register(describe: Describe) -> Describe:
        _by_prefix.update(dict.fromkeys(prefixes, describe))
        return describe

    return register


def meanings(entries: Collection[LedgerEntry] | Collection[Debt]) -> dict[int, Meaning]:
    """By id, in one question for each kind of reference; what is forgotten has none."""
    found: dict[int, Meaning] = {}
    for prefix, describe in _by_prefix.items():
        numbers = {entry.pk: int(number) for entry in entries if (number := _number(entry.reference, prefix))}
        known = describe(set(numbers.values())) if numbers else {}
        found |= {pk: known[number] for pk, number in numbers.items() if number in known}
    return found


def _number(reference: str, prefix: str) -> str:
    before, _colon, number = reference.partition(":")
    return number if before == prefix and number.isdigit() else ""


@describes("payment")
def _payments(payment_ids: Collection[int]) -> Mapping[int, Meaning]:
    """As their patrons know them."""
    return {pk: Meaning(_("Payment %(number)s") % {"number": pk}, reverse("payment", args=[pk])) for pk in payment_ids}
