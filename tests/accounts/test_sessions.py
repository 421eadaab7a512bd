"""Everybody sees the devices they are logged in on, and can end each; nobody else's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Session
from accounts.services.sessions import Device, issue_tokens, open_session
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/auth/sessions/"


@pytest.fixture
def user():
    return UserFactory(second_step=False)


@pytest.fixture
def phone(api, user) -> dict[str, str]:
    """Headers of an app that is logged in."""
    answer = api.post(
        "/api/v1/auth/login/",
        {"username": user.username, "password": PASSWORD},
        headers={"User-Agent": "Reader/1.0"},
        REMOTE_ADDR="198.51.100.7",
    )
    return {"Authorization": f"Bearer {answer.json()['access']}"}


def open_web_session(user, **times) -> Session:
    now = timezone.now()
    return open_session(
        user=user, channel=Session.Channel.WEB, device=Device("203.0.113.9", "Firefox"), now=times.get("now", now)
    )


def test_my_devices_are_listed_last_used_first(api, user, phone) -> None:
    browser = open_web_session(user, now=timezone.now() - timedelta(hours=1))
    open_web_session(UserFactory())
    app = user.sessions.get(channel="api")
    listed = api.get(SESSIONS, headers=phone).json()
    assert [{**session, "created_at": "", "last_used_at": ""} for session in listed] == [
        {
            "id": str(app.pk),
            "channel": "api",
            "user_agent": "Reader/1.0",
            "device": "Reader",
            "address": "198.51.100.7",
            "created_at": "",
            "last_used_at": "",
            "is_current": True,
        },
        {
            "id": str(browser.pk),
            "channel": "web",
            "user_agent": "Firefox",
            "device": "Firefox",
            "address": "203.0.113.9",
            "created_at": "",
            "last_used_at": "",
            "is_current": False,
        },
    ]


def test_ended_and_expired_sessions_are_not_listed(api, user, phone) -> None:
    open_web_session(user, now=timezone.now() - timedelta(days=15))
    browser = open_web_session(user)
    assert api.delete(f"{SESSIONS}{browser.pk}/", headers=phone).status_code == 204
    assert [session["is_current"] for session in api.get(SESSIONS, headers=phone).json()] == [True]


def test_nobody_ends_another_persons_session(api, phone) -> None:
    foreign = open_web_session(UserFactory())
    for session_id in (foreign.pk, uuid4()):
        answer = api.delete(f"{SESSIONS}{session_id}/", headers=phone)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    foreign.refresh_from_db()
    assert foreign.ended_at is None


def test_a_session_that_is_no_id_is_not_found(api, phone) -> None:
    answer = api.delete(f"{SESSIONS}1/", headers=phone)
    assert answer.status_code == 404


def test_last_use_is_noted_every_few_minutes(api, user) -> None:
    then = timezone.now() - timedelta(minutes=10)
    session = open_session(user=user, channel=Session.Channel.API, device=Device(), now=then)
    access = issue_tokens(session=session, user=user, now=then).access
    api.get("/api/v1/users/me/", headers={"Authorization": f"Bearer {access}"})
    session.refresh_from_db()
    assert session.last_used_at - then >= timedelta(minutes=10)


def test_a_long_device_name_is_cut(user) -> None:
    session = open_session(
        user=user, channel=Session.Channel.API, device=Device(user_agent="x" * 1000), now=timezone.now()
    )
    session.refresh_from_db()
    assert session.user_agent == "x" * 300
