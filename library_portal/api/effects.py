"""What a request with an `Idempotency-Key` has brought about, written down by the transactions that do it.

A use case records an event in each transaction that changes something (docs/events.md); with it goes a note on the
request's claim. So whoever repeats a request whose process was killed before it could answer learns what was done, and
a process that is so slow that its claim was taken over can no longer do anything.
"""

from contextvars import ContextVar
from typing import Any

from django.db.models import F, JSONField, Value
from django.db.models.expressions import CombinedExpression
from django.utils.translation import gettext_lazy as _

from library_portal.api.models import KeptAnswer
from library_portal.errors import PortalError
from library_portal.outbox import Event

_served: ContextVar[KeptAnswer | None] = ContextVar("served_claim", default=None)


class IdempotencyInProgress(PortalError):
    code = "idempotency_in_progress"
    status = 409
    title = _("The first request with this key is still running.")
    retry_after = 1


def serve(claimed: KeptAnswer | None) -> None:
    """From now on this thread works for that claim; None ends it."""
    _served.set(claimed)


def write_down(event: Event, **_signal: Any) -> None:
    """In the transaction that records the event. Raises IdempotencyInProgress where another request has the claim."""
    claimed = _served.get()
    if claimed is None:
        return
    note = Value([{"name": event.name, "payload": event.payload()}], output_field=JSONField())
    noted = CombinedExpression(F("effects"), "||", note, output_field=JSONField())
    if not still_claimed(claimed).update(effects=noted):
        raise IdempotencyInProgress


def still_claimed(claimed: KeptAnswer) -> Any:
    """The claim's row, unless another request has taken it over."""
    return KeptAnswer.objects.filter(pk=claimed.pk, claimed_at=claimed.claimed_at)
