"""The inbox's part of what the portal holds about a person (docs/privacy.md)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from library_portal.notifications.models import Notification, Preference
from library_portal.personal_data import ROWS_AT_ONCE, erases, exports_as


@exports_as("inbox", Notification)
def inbox(user_id: int) -> Iterator[dict[str, Any]]:
    rows = Notification.objects.filter(user_id=user_id).order_by("pk")
    fields = ("id", "kind", "title", "body", "url", "created_at", "read_at")
    return rows.values(*fields).iterator(chunk_size=ROWS_AT_ONCE)


@exports_as("notification_preferences", Preference)
def preferences(user_id: int) -> list[dict[str, Any]]:
    """What the person has chosen; everything else is as the library proposes it."""
    return list(Preference.objects.filter(user_id=user_id).order_by("kind").values("kind", "by_mail", "by_sms"))


@erases
def erase(user_id: int, now: datetime) -> None:
    Notification.objects.filter(user_id=user_id).delete()
    Preference.objects.filter(user_id=user_id).delete()
