"""Draws the table of transitions into the documentation: a diagram, and who may do what."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from reservations.models import CLOSED
from reservations.transitions import TRANSITIONS, Actor, Transition

DOCUMENT: Path = settings.BASE_DIR / "docs" / "reservations.md"
BEGIN, END = "<!-- drawn by manage.py draw_transitions -->", "<!-- end of what is drawn -->"


class Command(BaseCommand):
    help = "Writes the diagram and the table of transitions into docs/reservations.md."

    def handle(self, **options: Any) -> None:
        DOCUMENT.write_text(with_drawing(DOCUMENT.read_text()))


def with_drawing(document: str) -> str:
    """The document with what is between the marks drawn anew."""
    before, _mark, rest = document.partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    with translation.override("en"):
        return f"{before}{BEGIN}\n\n{_diagram()}\n\n{_table()}\n\n{END}{after}"


def _diagram() -> str:
    """What leads from state to state; what leaves the state as it is stands in the table only."""
    moves = [row for row in TRANSITIONS if row.before != row.after]
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> pending: reserve, none is free",
        "    [*] --> ready: reserve, one is free",
        *(f"    {row.before.value} --> {row.after.value}: {row.action.label}" for row in moves),
        *(f"    {state.value} --> [*]" for state in CLOSED),
        "```",
    ]
    return "\n".join(lines)


def _table() -> str:
    lines = ["| state | action | then | who may |", "|---|---|---|---|"]
    return "\n".join([*lines, *map(_row, TRANSITIONS)])


def _row(row: Transition) -> str:
    who = ", ".join(sorted(row.who, key=list(Actor).index))
    after = "stays" if row.before == row.after else row.after.value
    return f"| {row.before.value} | {row.action.label} (`{row.action.value}`) | {after} | {who} |"
