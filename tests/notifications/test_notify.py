"""One message per event and person: in the inbox always, by mail as the person wants it."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from library_portal.notifications import notify, send_code
from library_portal.notifications.mailbox import Letter, letters
from library_portal.notifications.models import Kind, Notification, Preference
from library_portal.notifications.sms import SmsNotAvailable
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import Delivery
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def tell(user: User, key: str = "event:1", **changes: Any) -> bool:
    message = {"kind": Kind.COPY_READY, "title": "“Emma” is ready", "body": "Until Friday.", "url": "/me/"} | changes
    return notify(user_id=user.pk, key=key, **message)


def sent() -> list[Letter]:
    deliver_pending()
    return letters()


def test_a_message_lies_in_the_inbox_and_is_mailed() -> None:
    user = person()

    assert tell(user) is True

    assert Notification.objects.values("user_id", "kind", "key", "title", "body", "url", "read_at").get() == {
        "user_id": user.pk,
        "kind": "copy_ready",
        "key": "event:1",
        "title": "“Emma” is ready",
        "body": "Until Friday.",
        "url": "/me/",
        "read_at": None,
    }
    [letter] = sent()
    assert (letter.to, letter.subject, letter.code) == (user.email, "“Emma” is ready", "")
    assert "Until Friday." in letter.text
    assert "/me/" in letter.text


def test_the_same_key_is_told_once_per_person() -> None:
    first, second = person(), person()

    assert [tell(first), tell(first, title="Again"), tell(second)] == [True, False, True]

    assert sorted(letter.to for letter in sent()) == sorted([first.email, second.email])


def test_a_mail_sent_again_after_a_crash_is_the_same_mail() -> None:
    tell(person())
    deliver_pending()
    Delivery.objects.update(status="waiting", done_at=None)

    assert len(sent()) == 1


def test_what_is_rolled_back_is_never_mailed() -> None:
    user = person()

    with transaction.atomic():
        tell(user)
        transaction.set_rollback(True)

    assert (Notification.objects.count(), sent()) == (0, [])


@pytest.mark.parametrize(
    "changes",
    [{"email_verified_at": None}, {"email": None, "email_verified_at": None}, {"is_active": False}],
    ids=["unverified", "no address", "inactive"],
)
def test_only_a_verified_address_of_an_active_person_gets_mail(changes: dict[str, Any]) -> None:
    user = person()
    User.objects.filter(pk=user.pk).update(**changes)

    tell(user)

    assert sent() == []
    assert Notification.objects.count() == 1


def test_a_kind_that_a_person_does_not_want_by_mail_stays_in_the_inbox() -> None:
    user = person()
    Preference.objects.create(user=user, kind=Kind.COPY_READY, by_mail=False)

    tell(user)
    tell(user, key="event:2", kind=Kind.PAYMENT, title="Paid")

    assert [letter.subject for letter in sent()] == ["Paid"]
    assert Notification.objects.count() == 2


def test_a_message_erased_before_its_mail_is_not_mailed() -> None:
    tell(person())
    Notification.objects.all().delete()

    assert sent() == []


def test_a_title_cannot_add_headers_to_the_mail() -> None:
    tell(person(), title="Ready\nBcc: everybody@library.example")

    [letter] = sent()
    assert letter.subject == "Ready Bcc: everybody@library.example"


@pytest.mark.parametrize(("channel", "to"), [("email", "ann@library.example"), ("sms", "+48601234567")])
def test_a_code_is_sent_at_once_and_kept_nowhere_else(channel: str, to: str) -> None:
    send_code(channel=channel, to=to, code="493028", minutes=5)

    [letter] = letters()
    assert (letter.to, letter.code) == (to, "493028")
    assert "5 minutes" in letter.text
    assert not Notification.objects.exists()


def test_without_a_gateway_no_text_message_is_sent(settings: Any) -> None:
    settings.SMS_GATEWAY = ""

    with pytest.raises(SmsNotAvailable):
        send_code(channel="sms", to="+48601234567", code="493028", minutes=5)


def test_the_mailbox_shows_the_newest_first_and_finds_a_recipient() -> None:
    before = timezone.now()
    for name in ("ann", "bob", "ann2"):
        send_code(channel="email", to=f"{name}@library.example", code="111222", minutes=5)

    assert [letter.to for letter in letters()] == ["ann2@library.example", "bob@library.example", "ann@library.example"]
    assert [letter.to for letter in letters(to="BOB")] == ["bob@library.example"]
    assert all(letter.sent_at >= before.replace(microsecond=0) for letter in letters())
