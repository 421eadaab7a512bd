"""The documentation draws the table of transitions as it is."""

from dataclasses import replace

from django.core.management import call_command

from reservations.management.commands import draw_transitions
from reservations.management.commands.draw_transitions import DOCUMENT, with_drawing
from reservations.models import Status
from reservations.transitions import TRANSITIONS


def test_the_diagram_and_the_table_in_the_documentation_are_those_of_the_code() -> None:
    document = DOCUMENT.read_text()
    assert with_drawing(document) == document, "Run: manage.py draw_transitions"


def test_every_row_of_the_table_is_told_and_every_move_is_drawn() -> None:
    drawn = with_drawing("")
    for row in TRANSITIONS:
        assert f"| {row.before.value} | {row.action.label} (`{row.action.value}`) |" in drawn
        arrow = f"    {row.before.value} --> {row.after.value}: {row.action.label}\n"
        assert (arrow in drawn) == (row.before != row.after), row


def test_another_table_would_be_another_drawing(monkeypatch) -> None:
    other = (replace(TRANSITIONS[0], after=Status.EXPIRED), *TRANSITIONS[1:])
    monkeypatch.setattr(draw_transitions, "TRANSITIONS", other)
    assert with_drawing(DOCUMENT.read_text()) != DOCUMENT.read_text()


def test_the_command_draws_anew_and_leaves_the_rest_alone(monkeypatch, tmp_path) -> None:
    copy = tmp_path / "reservations.md"
    before, rest = DOCUMENT.read_text().split(draw_transitions.BEGIN)
    after = rest.split(draw_transitions.END)[1]
    copy.write_text(f"{before}{draw_transitions.BEGIN}\nold\n{draw_transitions.END}{after}")
    monkeypatch.setattr(draw_transitions, "DOCUMENT", copy)
    call_command("draw_transitions")
    assert copy.read_text() == DOCUMENT.read_text()
