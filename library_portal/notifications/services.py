from datetime import datetime
from typing import Any

from django.db import transaction

from library_portal.errors import NotFound
from library_portal.notifications.events import NotificationCreated
from library_portal.notifications.models import Kind, Notification, Preference
from library_portal.outbox import record


@transaction.atomic
def notify(*, user_id: int, kind: str, key: str, title: Any, body: Any, url: str = "", subject: str = "") -> bool:
    """One inbox row per (user, key); False when it was there already (rules.md, "Notifications")."""
    notification, created = Notification.objects.get_or_create(
        user_id=user_id,
        key=key,
        defaults={"kind": Kind(kind), "title": str(title)[:200], "body": str(body), "url": url, "subject": subject},
    )
    if created:
        record(NotificationCreated(notification_id=notification.pk, user_id=user_id, kind=notification.kind))
    return created


def mark_read(*, user_id: int, notification_id: int, now: datetime) -> Notification:
    """Reading twice keeps the first time. Raises NotFound for another person's message."""
    own = Notification.objects.filter(pk=notification_id, user_id=user_id)
    own.filter(read_at=None).update(read_at=now)
    if (notification := own.first()) is None:
        raise NotFound
    return notification


def mark_all_read(*, user_id: int, now: datetime) -> int:
    """Returns how many were unread."""
    return Notification.objects.filter(user_id=user_id, read_at=None).update(read_at=now)


@transaction.atomic
def set_preferences(*, user_id: int, wanted: dict[str, dict[str, bool]]) -> None:
    """Change the kinds named in `wanted`: {kind: {"by_mail": …, "by_sms": …}}. Other kinds stay as they are."""
    for kind, channels in sorted(wanted.items()):
        Preference.objects.update_or_create(user_id=user_id, kind=kind, defaults=channels)
