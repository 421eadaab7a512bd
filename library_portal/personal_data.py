"""What the portal holds about a person. Each context registers its part; `accounts` exports and erases all of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Export = Callable[[int], Any]
Objection = Callable[[int], None]
Erasure = Callable[[int, datetime], None]

exports: dict[str, Export] = {}
objections: list[Objection] = []
erasures: list[Erasure] = []


def exports_as(name: str) -> Callable[[Export], Export]:
    """Register what a context knows of a person: a function of the user id that gives JSON values."""

    def register(export: Export) -> Export:
        exports[name] = export
        return export

    return register


def may_object(objection: Objection) -> Objection:
    """Register a function of the user id that raises a PortalError while the account may not be deleted."""
    objections.append(objection)
    return objection


def erases(erasure: Erasure) -> Erasure:
    """Register a function of the user id and the time that erases a context's part, inside one transaction with all."""
    erasures.append(erasure)
    return erasure
