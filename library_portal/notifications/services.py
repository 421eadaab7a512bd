from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from library_portal.errors import InvalidInput, NotFound
from library_portal.notifications import queries
from library_portal.notifications.events import NotificationCreated
from library_portal.notifications.models import Kind, Notification, Preference
from library_portal.outbox import record
from library_portal.outbox.recording import record_many


@transaction.atomic
def notify(*, user_id: int, kind: str, key: str, title: Any, body: Any, **more: str) -> bool:
    """One inbox row per (user, key); False when it was there already (rules.md, "Notifications"), or for who is gone.

    `more` is the `url`, the `subject` and the `former_address` of the message.
    """
    if get_user_model().objects.filter(pk=user_id, erased_at__isnull=False).exists():
        return False
    notification, created = Notification.objects.get_or_create(
        user_id=user_id,
        key=key,
        defaults={"kind": Kind(kind), "title": str(title)[:200], "body": str(body), **more},
    )
    if created:
        record(NotificationCreated(notification_id=notification.pk, user_id=user_id, kind=notification.kind))
    return created


@transaction.atomic
def notify_all(messages: Collection[Notification]) -> int:
    """As `notify` for many people, in a few statements; returns how many were not there yet.

    The caller keeps others from telling the same people the same at once, else all of it fails by the constraint.
    """
    people, keys = {one.user_id for one in messages}, {one.key for one in messages}
    there = set(Notification.objects.filter(user__in=people, key__in=keys).values_list("user_id", "key"))
    gone = set(get_user_model().objects.filter(pk__in=people, erased_at__isnull=False).values_list("pk", flat=True))
    fresh = [one for one in messages if (one.user_id, one.key) not in there and one.user_id not in gone]
    created = Notification.objects.bulk_create(fresh)
    record_many([NotificationCreated(notification_id=one.pk, user_id=one.user_id, kind=one.kind) for one in created])
    return len(created)


def mark_read(*, user_id: int, notification_id: int, now: datetime) -> Notification:
    """Reading twice keeps the first time. Raises NotFound for another person's message."""
    own = queries.inbox(user_id=user_id).filter(pk=notification_id)
    own.filter(read_at=None).update(read_at=now)
    if (notification := own.first()) is None:
        raise NotFound
    return notification


def mark_all_read(*, user_id: int, now: datetime) -> int:
    """Returns how many were unread."""
    return Notification.objects.filter(user_id=user_id, read_at=None).update(read_at=now)


@transaction.atomic
def set_preferences(*, user_id: int, wanted: dict[str, dict[str, bool]], staff: bool) -> None:
    """Change the kinds named in `wanted`: {kind: {"by_mail": …, "by_sms": …}}. Other kinds stay as they are.

    Raises InvalidInput for what is no kind to choose.
    """
    if unknown := wanted.keys() - set(queries.choices(staff=staff)):
        raise InvalidInput(errors={kind: [_("There is nothing to choose by this name.")] for kind in sorted(unknown)})
    for kind, channels in sorted(wanted.items()):
        Preference.objects.update_or_create(user_id=user_id, kind=kind, defaults=channels)


def erase_until(*, user_ids: Collection[int], kinds: Collection[str], until: datetime) -> None:
    """Take back what these people were told in these kinds of message up to then."""
    Notification.objects.filter(user_id__in=user_ids, kind__in=kinds, created_at__lte=until).delete()


def erase_about(*, user_ids: Collection[int], subjects: Collection[str]) -> None:
    """Take back what these people were told about these subjects, for instance `reservation:12`."""
    Notification.objects.filter(user_id__in=user_ids, subject__in=subjects).delete()
