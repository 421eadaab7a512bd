import io
import re

import pytest

from library_portal.embedded.output import Output, wants_colour
from tests.embedded.processes import eventually


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "coloured"),
    [
        (Terminal, {}, True),
        (Terminal, {"TERM": "dumb"}, False),
        (Terminal, {"NO_COLOR": "1"}, False),
        (io.StringIO, {}, False),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_unless_said_otherwise(
    stream: type[io.StringIO], variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert wants_colour(stream()) is coloured


def test_each_line_names_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    screen = io.StringIO()
    output = Output(screen)

    output.say("web", "started")
    output.say("notifications", "héllo")

    lines = [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in screen.getvalue().splitlines()]
    assert lines == ["web           | started", "notifications | héllo"]


def test_empty_lines_of_a_process_are_left_out() -> None:
    screen = io.StringIO()
    output = Output(screen)

    output.follow("web", [b"\n", b"  \n", b"ready\n"])

    assert eventually(lambda: "ready" in screen.getvalue())
    assert len(screen.getvalue().splitlines()) == 1


def test_each_process_keeps_its_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = io.StringIO()
    output = Output(screen)

    for name in ("web", "relay", "web"):
        output.say(name, "line")

    web, relay, web_again = (re.match(r"\x1b\[\d+m", line)[0] for line in screen.getvalue().splitlines())
    assert web == web_again != relay
