"""The audit log's part of what the portal holds about a person (docs/privacy.md)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from library_portal.audit.models import AuditEntry
from library_portal.personal_data import ROWS_AT_ONCE, exports_as

PLACE = ("address", "user_agent")


@exports_as("security_events", AuditEntry)
def security_events(user_id: int) -> Iterator[dict[str, Any]]:
    """What happened to the account, and what its owner did; where staff acted from is not the person's to know."""
    rows = AuditEntry.objects.filter(Q(whom_id=user_id) | Q(who_id=user_id)).order_by("pk")
    shown = rows.values("id", "at", "action", "details", "who_id", "whom_id", *PLACE)
    for row in shown.iterator(chunk_size=ROWS_AT_ONCE):
        by, to = row.pop("who_id"), row.pop("whom_id")
        row |= {"by_me": by == user_id, "about_me": to == user_id}
        yield row if by in (user_id, None) else row | dict.fromkeys(PLACE)


def forget_origins(*, user_id: int) -> None:
    """What happened stays on record; from where the person, or whoever gave the person's name, came does not.

    Not registered among the erasures, as these are recorded themselves: it comes after all of them.
    """
    by_them = Q(who_id=user_id) | Q(who_id=None, whom_id=user_id)
    AuditEntry.objects.filter(by_them).update(address=None, user_agent="")
