"""A message leaves the portal by mail and by SMS. Each is a delivery of its own: one that fails repeats only itself."""

from library_portal.notifications import channels, queries
from library_portal.notifications.events import NotificationCreated
from library_portal.notifications.languages import speaking_to
from library_portal.notifications.models import Kind, Notification
from library_portal.notifications.sms import sms_is_available
from library_portal.notifications.truth import words_now
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered


@subscribe(NotificationCreated, queue="notifications")
def mail_notification(delivered: Delivered) -> None:
    """To the address that hears of its replacement, else to the confirmed one of a person who wants it by mail."""
    notification = _worth_sending(delivered)
    if notification is None:
        return
    former = _former_address(notification, by_mail=True)
    to = former or _confirmed_mail(notification)
    with speaking_to(notification.user_id):
        if to and (words := words_now(notification)):
            channels.mail_notification(notification, words, to=to)
    if former:
        _forget_former_address(notification)


@subscribe(NotificationCreated, queue="notifications")
def text_notification(delivered: Delivered) -> None:
    """As the mail, by SMS. A worker killed right after sending sends it again: gateways know no repeats."""
    notification = _worth_sending(delivered)
    if notification is None or not sms_is_available():
        return
    former = _former_address(notification, by_mail=False)
    to = former or _confirmed_phone(notification)
    with speaking_to(notification.user_id):
        if to and (words := words_now(notification)):
            channels.text_notification(notification, words, to=to)
    if former:
        _forget_former_address(notification)


def _worth_sending(delivered: Delivered) -> Notification | None:
    """None when it was erased, or its person is closed."""
    found = Notification.objects.select_related("user").filter(pk=delivered.payload["notification_id"]).first()
    return found if found and found.user.is_active else None


def _former_address(notification: Notification, *, by_mail: bool) -> str:
    former = notification.former_address
    return former if ("@" in former) == by_mail else ""


def _forget_former_address(notification: Notification) -> None:
    notification.former_address = ""
    notification.save(update_fields=["former_address"])


def _confirmed_mail(notification: Notification) -> str:
    user = notification.user
    wanted = queries.wants_mail(user_id=user.pk, kind=notification.kind)
    return user.email if wanted and user.email and user.email_verified_at else ""


def _confirmed_phone(notification: Notification) -> str:
    """What protects the account reaches by SMS who has no e-mail address."""
    user = notification.user
    if not user.phone or user.phone_verified_at is None:
        return ""
    only_way = notification.kind == Kind.ACCOUNT and not (user.email and user.email_verified_at)
    wanted = only_way or queries.wants_sms(user_id=user.pk, kind=notification.kind)
    return str(user.phone) if wanted else ""
