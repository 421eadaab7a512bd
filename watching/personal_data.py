"""Watching's part of what the portal holds about a person (docs/privacy.md)."""

from datetime import datetime
from typing import Any

from library_portal.personal_data import erases, exports_as
from watching.models import Watch


@exports_as("watching", Watch)
def watching(user_id: int) -> list[dict[str, Any]]:
    rows = Watch.objects.filter(user_id=user_id).order_by("pk")
    return list(rows.values("id", "book_id", "book__title", "author_id", "author__name", "created_at"))


@erases
def stop_watching_everything(user_id: int, now: datetime) -> None:
    Watch.objects.filter(user_id=user_id).delete()
