"""What the ledger's references mean to people. Contexts above know, and register: `reservation:12` is a title."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from subscriptions.models import LedgerEntry


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


def meanings(entries: Collection[LedgerEntry]) -> dict[int, Meaning]:
    """By entry id, in one question for each kind of reference; what is forgotten has none."""
    found: dict[int, Meaning] = {}
    for prefix, describe in _by_prefix.items():
        numbers = {entry.pk: int(number) for entry in entries if (number := _number(entry.reference, prefix))}
        known = describe(set(numbers.values())) if numbers else {}
        found |= {pk: known[number] for pk, number in numbers.items() if number in known}
    return found


def _number(reference: str, prefix: str) -> str:
    before, _colon, number = reference.partition(":")
    return number if before == prefix and number.isdigit() else ""
