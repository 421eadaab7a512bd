"""What patrons are told of their plans: once each, and by mail only what is still so (rules.md, "Notifications")."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver, deliver_pending
from library_portal.outbox.models import Delivery
from subscriptions import services
from tests.factories.people import patron

pytestmark = pytest.mark.django_db

PERIOD, DAY = timedelta(days=30), timedelta(days=1)
Story = Callable[[datetime], User]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def on_plus(since: datetime, *, balance: str) -> User:
    reader = patron(balance="5.00")
    services.change_plan(user_id=reader.pk, plan_code="PLUS", now=since)
    services.adjust(user_id=reader.pk, amount=Decimal(balance), reason="gift", key=f"gift:{reader.pk}")
    return reader


def renewed(now: datetime) -> User:
    reader = on_plus(now - PERIOD, balance="5.00")
    services.end_period(user_id=reader.pk, now=now)
    return reader


def not_renewed(now: datetime) -> User:
    reader = on_plus(now - PERIOD, balance="4.99")
    services.end_period(user_id=reader.pk, now=now)
    return reader


def ended(now: datetime) -> User:
    reader = on_plus(now - PERIOD, balance="5.00")
    services.set_auto_renew(user_id=reader.pk, auto_renew=False, now=now - DAY)
    services.end_period(user_id=reader.pk, now=now)
    return reader


def ends_soon(now: datetime) -> User:
    reader = on_plus(now - PERIOD + DAY, balance="5.00")
    services.remind_of_end(user_id=reader.pk, now=now)
    return reader


def told(reader: User) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(user=reader, kind="plan").values_list("title", "body"))


def put_into_the_inbox() -> None:
    """The messages alone; their mails are left for later."""
    for delivery in Delivery.objects.filter(handler__startswith="subscriptions.handlers.", status="waiting"):
        deliver(delivery_id=delivery.pk, attempts=0)


def mails(reader: User, mailoutbox: list[Any]) -> list[Any]:
    deliver_pending()
    return [mail for mail in mailoutbox if mail.to == [reader.email]]


def on(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


@pytest.mark.parametrize(
    ("story", "title", "body"),
    [
        (renewed, "Your plan was renewed", "$5.00 was charged. It runs until {next_end}."),
        (
            not_renewed,
            "Your plan could not be renewed",
            "Your wallet did not cover its price, so you are on the Free plan now. Top up and choose a plan again.",
        ),
        (ended, "Your plan has ended", "You are on the Free plan now."),
        (ends_soon, "Your plan ends soon", "On {end} it goes on as Plus: $5.00 is charged to your wallet then."),
    ],
)
def test_a_patron_is_told_of_the_plan_once(now, mailoutbox, story: Story, title: str, body: str) -> None:
    reader = story(now)
    [mail] = mails(reader, mailoutbox)
    expected = body.format(end=on(now + DAY), next_end=on(now + PERIOD))
    assert (told(reader), mail.subject, expected in mail.body) == ([(title, expected)], title, True)


@pytest.mark.parametrize("story", [not_renewed, ended, ends_soon])
@pytest.mark.parametrize("changed", ["before its message", "before its mail"])
def test_who_has_another_plan_meanwhile_hears_nothing_of_the_former(
    now, mailoutbox, story: Story, changed: str
) -> None:
    reader = story(now)
    if changed == "before its mail":
        put_into_the_inbox()
        assert len(told(reader)) == 1
    services.adjust(user_id=reader.pk, amount=Decimal(20), reason="gift", key="another gift")
    services.change_plan(user_id=reader.pk, plan_code="PREMIUM", now=now)
    assert mails(reader, mailoutbox) == []


def test_a_reminder_says_what_follows_when_its_mail_goes_out(now, mailoutbox) -> None:
    reader = ends_soon(now)
    put_into_the_inbox()
    services.set_auto_renew(user_id=reader.pk, auto_renew=False, now=now)
    [mail] = mails(reader, mailoutbox)
    assert f"It runs until {on(now + DAY)}. After that you are on the Free plan." in mail.body
