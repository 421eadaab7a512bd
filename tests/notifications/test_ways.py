"""By mail and by SMS: what a person has chosen, each way on its own, and what protects the account always."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from library_portal.notifications import notify
from library_portal.notifications.mailbox import Letter, letters
from library_portal.notifications.models import Kind, Notification, Preference
from library_portal.outbox.delivery import HandlerFailed, deliver_pending
from library_portal.outbox.models import Delivery
from tests.factories.books import BookFactory
from tests.factories.people import person

pytestmark = pytest.mark.django_db
PHONE = "+48601234567"


@pytest.fixture
def reader() -> User:
    """With a confirmed e-mail address and a confirmed phone."""
    user = person()
    user.phone, user.phone_verified_at = PHONE, timezone.now()
    user.save()
    return user


def wants(user: User, kind: Kind, *, mail: bool, sms: bool) -> None:
    Preference.objects.create(user=user, kind=kind, by_mail=mail, by_sms=sms)


def tell(user: User, **changes: Any) -> None:
    message = {"kind": Kind.COPY_READY, "key": "event:1", "title": "“Emma” is ready", "body": "Until Friday."}
    notify(user_id=user.pk, **{**message, "url": "/me/", **changes})


def sent_to() -> list[str]:
    deliver_pending()
    return sorted(letter.to for letter in letters())


def texts() -> list[Letter]:
    deliver_pending()
    return letters(to=PHONE)


def test_nobody_gets_text_messages_without_asking_for_them(reader: User) -> None:
    tell(reader)

    assert sent_to() == [reader.email]


@pytest.mark.parametrize(
    ("mail", "sms", "ways"),
    [(True, True, 2), (False, True, 1), (True, False, 1), (False, False, 0)],
    ids=["both", "sms", "mail", "inbox only"],
)
def test_every_way_is_a_choice_of_its_own(reader: User, mail: bool, sms: bool, ways: int) -> None:
    wants(reader, Kind.COPY_READY, mail=mail, sms=sms)

    tell(reader)

    wanted = [PHONE] * sms + [reader.email] * mail
    assert (sent_to(), len(wanted)) == (sorted(wanted), ways)
    assert Notification.objects.count() == 1


def test_a_text_message_is_the_title_and_where_to_read_on(reader: User) -> None:
    wants(reader, Kind.COPY_READY, mail=False, sms=True)

    tell(reader)

    assert [letter.text.strip() for letter in texts()] == ["“Emma” is ready\nhttp://127.0.0.1:8000/me/"]


@pytest.mark.parametrize(
    "changes",
    [{"phone_verified_at": None}, {"phone": None, "phone_verified_at": None}, {"is_active": False}],
    ids=["unconfirmed", "no phone", "closed"],
)
def test_only_the_confirmed_phone_of_an_active_person_gets_it(reader: User, changes: dict[str, Any]) -> None:
    wants(reader, Kind.COPY_READY, mail=False, sms=True)
    User.objects.filter(pk=reader.pk).update(**changes)

    tell(reader)

    assert sent_to() == []


def test_a_way_that_fails_repeats_only_itself(reader: User, settings: Any) -> None:
    wants(reader, Kind.COPY_READY, mail=True, sms=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    tell(reader)
    with pytest.raises(HandlerFailed, match="mail_notification"):
        deliver_pending()

    assert sent_to() == [PHONE]
    waiting = Delivery.objects.filter(status="waiting").values_list("handler", flat=True)
    assert [name.rpartition(".")[2] for name in waiting] == ["mail_notification"]


def test_what_is_no_longer_true_is_texted_no_more(reader: User) -> None:
    wants(reader, Kind.NEW_BOOK, mail=True, sms=True)
    book = BookFactory()

    tell(reader, kind=Kind.NEW_BOOK, subject=f"book:{book.pk + 1}")
    tell(reader, kind=Kind.NEW_BOOK, subject=f"book:{book.pk}", key="event:2")

    assert sent_to() == sorted([PHONE, reader.email])


def test_without_a_gateway_no_text_message_waits_for_one(reader: User, settings: Any) -> None:
    wants(reader, Kind.COPY_READY, mail=False, sms=True)
    settings.SMS_GATEWAY = ""

    tell(reader)

    assert (sent_to(), Delivery.objects.filter(status="waiting").count()) == ([], 0)


def test_what_protects_the_account_is_mailed_whatever_was_chosen(reader: User) -> None:
    wants(reader, Kind.ACCOUNT, mail=False, sms=False)

    tell(reader, kind=Kind.ACCOUNT)

    assert sent_to() == [reader.email]


def test_who_has_only_a_phone_hears_by_sms_what_protects_the_account(reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(email=None, email_verified_at=None)

    tell(reader, kind=Kind.ACCOUNT)
    tell(reader, key="event:2")

    assert len(texts()) == 1
    assert sent_to() == [PHONE]


@pytest.mark.parametrize("former", ["old@library.example", "+48601234568"], ids=["mail", "phone"])
def test_a_former_address_hears_of_its_replacement_and_is_then_forgotten(reader: User, former: str) -> None:
    tell(reader, kind=Kind.ACCOUNT, former_address=former)

    assert sent_to() == ([former] if "@" in former else sorted([former, reader.email]))
    assert Notification.objects.get().former_address == ""


def test_a_former_address_waits_encrypted(reader: User) -> None:
    tell(reader, kind=Kind.ACCOUNT, former_address="old@library.example")

    [kept] = Notification.objects.extra(select={"raw": "former_address"}).values_list("raw", flat=True)
    assert "old@library.example" not in kept
