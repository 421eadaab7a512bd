"""Text messages through Twilio, against a server on this machine that speaks its protocol."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from accounts import codes
from accounts.models import User
from accounts.services.logging_in import request_code
from accounts.services.sessions import Device
from library_portal.notifications.mailbox import letters
from library_portal.notifications.sms import SmsNotAvailable, SmsRefused, send_sms
from library_portal.outbox.delivery import deliver
from library_portal.outbox.models import Delivery
from tests.factories.people import person
from tests.notifications.twilio_stand_in import SENDER, SID, TOKEN, StandIn, twilio_stand_in
from tests.test_architecture import PRODUCTION, manage

NUMBER = "+48601234567"
TEXT = "493028 is your library code."
NO_SUCH_NUMBER = {"code": 21211, "message": f"Invalid 'To' Phone Number: {NUMBER}", "status": 400}


@pytest.fixture
def gateway(settings: Any) -> Iterator[StandIn]:
    with twilio_stand_in() as stand_in:
        settings.SMS_GATEWAY = stand_in.url
        yield stand_in


def waiting_code() -> Delivery:
    """The delivery of a code that somebody with this phone number has asked for."""
    user = person()
    User.objects.filter(pk=user.pk).update(phone=NUMBER, code_channel="sms")
    user.refresh_from_db()
    request_code(user=user, device=Device())
    return Delivery.objects.get(handler="accounts.handlers.send_requested_code")


def test_a_message_is_handed_over_as_twilio_wants_it(gateway: StandIn) -> None:
    send_sms(to=NUMBER, text=TEXT)

    assert gateway.asked == [
        {
            "path": f"/2010-04-01/Accounts/{SID}/Messages.json",
            "credentials": f"{SID}:{TOKEN}",
            "form": {"To": NUMBER, "From": SENDER, "Body": TEXT},
        }
    ]
    assert letters() == []


@pytest.mark.django_db
def test_a_code_goes_out_once(gateway: StandIn) -> None:
    waiting = waiting_code()

    delivery = deliver(delivery_id=waiting.pk, attempts=0)
    again = deliver(delivery_id=waiting.pk, attempts=0)

    assert (delivery and delivery.status, again) == (Delivery.Status.DONE, None)
    [asked] = gateway.asked
    login_id, issue = waiting.event.payload["login_id"], waiting.event.payload["issue"]
    assert asked["form"]["Body"].startswith(codes.derive(login_id=login_id, issue=issue))


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_a_gateway_in_trouble_is_asked_again_later(gateway: StandIn, status: int) -> None:
    gateway.answer = (status, {"code": 20003, "message": f"Trouble with {NUMBER}"})

    with pytest.raises(SmsNotAvailable) as refusal:
        send_sms(to=NUMBER, text=TEXT)

    assert (str(refusal.value), refusal.value.__suppress_context__) == (
        "Text messages can't be sent at the moment.",
        True,
    )


@pytest.mark.django_db
def test_a_gateway_that_is_away_is_asked_again_later(settings: Any) -> None:
    with twilio_stand_in() as stand_in:
        settings.SMS_GATEWAY = stand_in.url
    waiting = waiting_code()

    delivery = deliver(delivery_id=waiting.pk, attempts=0)

    assert delivery is not None
    assert (delivery.status, delivery.attempts) == (Delivery.Status.WAITING, 1)
    assert delivery.last_error == "SmsNotAvailable: Text messages can't be sent at the moment."


def test_a_gateway_that_never_answers_is_given_up_in_time(gateway: StandIn, settings: Any) -> None:
    settings.SMS_TIMEOUT_SECONDS = 0.2
    gateway.answer = None

    with pytest.raises(SmsNotAvailable):
        send_sms(to=NUMBER, text=TEXT)

    assert len(gateway.asked) == 1


@pytest.mark.django_db
def test_a_number_that_cannot_be_texted_is_a_dead_letter_at_once(gateway: StandIn) -> None:
    gateway.answer = (400, NO_SUCH_NUMBER)
    waiting = waiting_code()

    delivery = deliver(delivery_id=waiting.pk, attempts=0)

    assert delivery is not None
    assert (delivery.status, delivery.attempts, delivery.last_error) == (
        Delivery.Status.DEAD,
        1,
        "SmsRefused: Twilio 21211",
    )


@pytest.mark.parametrize("answer", [(201, {"sid": "SM1"}), (400, NO_SUCH_NUMBER), (500, {"message": TEXT})])
def test_neither_number_nor_text_nor_token_is_logged(gateway: StandIn, caplog: Any, answer: Any) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.answer = answer

    try:
        send_sms(to=NUMBER, text=TEXT)
    except (SmsNotAvailable, SmsRefused):
        logging.getLogger("worker").exception("A delivery failed")

    assert "Messages.json" in caplog.text
    assert [secret for secret in (NUMBER, NUMBER[1:], TEXT, "493028", TOKEN) if secret in caplog.text] == []


@pytest.mark.parametrize(
    "gateway_url",
    [
        "file:",
        "twilio+http://AC1:token@127.0.0.1:1/?from=+1",
        "twilio://AC1@api.twilio.com/?from=+1",
        "twilio://a:b@c/",
    ],
)
def test_production_takes_no_gateway_but_twilio_with_all_it_needs(gateway_url: str) -> None:
    check = manage("check", **PRODUCTION, SMS_GATEWAY=gateway_url)
    assert check.returncode != 0
    assert "SMS_GATEWAY must be" in check.stderr


def test_production_takes_twilio() -> None:
    url = "twilio://AC1:to%2Fken@api.twilio.com/?from=+14155550100"
    assert manage("check", **PRODUCTION, SMS_GATEWAY=url).returncode == 0
