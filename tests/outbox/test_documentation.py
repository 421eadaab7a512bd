"""docs/events.md is what other systems build on: its table and the code say the same."""

from dataclasses import fields
from pathlib import Path

from library_portal.outbox import Event
from library_portal.outbox.registry import subscriptions_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "events.md"


def events(parent: type[Event] = Event) -> list[type[Event]]:
    below = [found for child in parent.__subclasses__() for found in (child, *events(child))]
    return [event for event in below if hasattr(event, "name") and not event.__module__.startswith("tests.")]


def in_code() -> dict[str, tuple[str, str]]:
    return {
        event.name: (
            ", ".join(f"`{field.name}`" for field in fields(event)),  # type: ignore[arg-type]
            ", ".join(
                sorted(f"`{wanted.handler.__name__}` ({wanted.queue})" for wanted in subscriptions_of(event.name))
            ),
        )
        for event in events()
    }


def in_document() -> dict[str, tuple[str, str]]:
    rows = [line.strip("| \n").split(" | ") for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    return {name.strip("` "): (payload.strip(), handlers.strip(" –")) for name, _, payload, handlers in rows}


def test_the_document_names_every_event_with_its_payload_and_handlers() -> None:
    assert in_document() == in_code()
