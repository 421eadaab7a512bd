"""What a request with an `Idempotency-Key` has brought about, written down by the transactions that do it.

A use case records an event in the transaction that changes something (docs/events.md); with the event that stands for
the deed goes a note on the request's claim. So whoever repeats a request whose process was killed before it could
answer learns what was done, and a process so slow that its claim was taken over can no longer do anything.
"""

from contextvars import ContextVar
from typing import Any

from django.db.models import F, JSONField, Value
from django.db.models.expressions import CombinedExpression
from django.utils.translation import gettext_lazy as _

from library_portal.api.models import KeptAnswer
from library_portal.errors import PortalError
from library_portal.outbox import Event

_served: ContextVar[tuple[KeptAnswer, type[Event]] | None] = ContextVar("served_claim", default=None)


class IdempotencyInProgress(PortalError):
    code = "idempotency_in_progress"
    status = 409
    title = _("The first request with this key is still running.")
    retry_after = 1


def serve(claimed: KeptAnswer, deed: type[Event]) -> None:
    """From now on this thread works for that claim, and each event of this kind is what it was claimed for."""
    _served.set((claimed, deed))


def serve_nobody() -> None:
    _served.set(None)


def write_down(event: Event, **_signal: Any) -> None:
    """In the transaction that records the event. Raises IdempotencyInProgress where another request has the claim."""
    claimed, deed = _served.get() or (None, None)
    if claimed is None or not isinstance(event, deed):
        return
    note = Value([event.payload()], output_field=JSONField())
    noted = CombinedExpression(F("effects"), "||", note, output_field=JSONField())
    if not still_claimed(claimed).update(effects=noted):
        raise IdempotencyInProgress


def still_claimed(claimed: KeptAnswer) -> Any:
    """The claim's row, unless another request has taken it over."""
    return KeptAnswer.objects.filter(pk=claimed.pk, claimed_at=claimed.claimed_at)
