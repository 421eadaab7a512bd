from dataclasses import dataclass

from library_portal.outbox import Event


@dataclass(frozen=True)
class NotificationCreated(Event):
    """A message lies in a person's inbox and, by preference, is to be mailed."""

    name = "notification.created"

    notification_id: int
    user_id: int
    kind: str
