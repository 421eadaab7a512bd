"""What was recorded in the outbox, step by step."""

from typing import Any

from library_portal.outbox.models import OutboxEvent


class News:
    """Each call tells the events since the last one, in their order; the catalogue's are left out."""

    def __init__(self) -> None:
        self.last = 0
        self()

    def __call__(self) -> list[tuple[str, dict[str, Any]]]:
        found = list(OutboxEvent.objects.filter(pk__gt=self.last).order_by("pk"))
        self.last = found[-1].pk if found else self.last
        return [(event.name, event.payload) for event in found if not event.name.startswith("book.")]
