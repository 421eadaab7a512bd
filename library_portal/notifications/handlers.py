from django.contrib.auth import get_user_model

from library_portal.notifications import channels, queries
from library_portal.notifications.events import NotificationCreated
from library_portal.notifications.models import Notification
from library_portal.notifications.truth import still_true
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered


@subscribe(NotificationCreated, queue="notifications")
def mail_notification(delivered: Delivered) -> None:
    """To the verified address of a person who wants this kind by mail; not when it was erased or is no longer true."""
    notification = Notification.objects.filter(pk=delivered.payload["notification_id"]).first()
    if notification is None or not still_true(kind=notification.kind, subject=notification.subject):
        return
    user = get_user_model().objects.get(pk=notification.user_id)
    if not user.is_active or not user.email or user.email_verified_at is None:
        return
    if queries.wants_mail(user_id=user.pk, kind=notification.kind):
        channels.mail_notification(notification, to=user.email, language=user.language)
