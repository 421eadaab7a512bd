"""How long a login lasts: as long as it is used, but not for ever; what is over is forgotten after a month."""

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client
from django.utils import timezone

from accounts import services, sessions, tasks
from accounts.models import Role, Session, User
from accounts.services.sessions import Device, issue_tokens, open_session
from accounts.tokens import TokenRevoked
from accounts.web_session_store import hashed
from library_portal.audit.models import AuditEntry
from library_portal.audit.tasks import prune_audit_log
from library_portal.redis import client as redis_client
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.get_default_timezone())


def opened(role: str = Role.CUSTOMER, channel: str = Session.Channel.WEB, now: datetime = NOON) -> Session:
    return open_session(user=UserFactory(role=role), channel=channel, device=Device(), now=now)


def is_open(session: Session, **later: float) -> bool:
    redis_client().flushdb()
    return sessions.is_open(session_id=session.pk, now=NOON + timedelta(**later))


def log_in(browser: Client, user: User) -> None:
    assert browser.post("/login/", {"identifier": user.username, "password": PASSWORD}).status_code == 302


def test_a_patrons_browser_stays_logged_in_for_14_days_used_or_not() -> None:
    session = opened()
    assert is_open(session, days=13, hours=23)
    assert not is_open(session, days=14)


@pytest.mark.parametrize("role", [Role.LIBRARIAN, Role.ADMIN])
def test_staff_are_logged_out_after_2_hours_unused(role) -> None:
    session = opened(role)
    assert is_open(session, hours=1, minutes=50)
    assert is_open(session, hours=3, minutes=40)
    assert not is_open(session, hours=5, minutes=41)


def test_staff_are_logged_out_after_12_hours_however_busy() -> None:
    session = opened(Role.LIBRARIAN)
    assert [is_open(session, hours=hours) for hours in range(1, 13)] == [True] * 11 + [False]


def test_redis_does_not_remember_a_session_longer_than_it_lasts() -> None:
    session = opened()
    assert is_open(session, days=13, hours=23, minutes=59, seconds=58)
    assert 0 < redis_client().pttl(f"session:{session.pk}") <= 2000


def test_an_app_that_refreshes_stays_logged_in_for_90_days() -> None:
    session = opened(channel=Session.Channel.API, now=timezone.now() - timedelta(days=89, hours=23))
    pair = issue_tokens(session=session, user=session.user, now=timezone.now())
    session.refresh_from_db()
    assert session.expires_at == session.created_at + timedelta(days=90)
    pair = services.refresh_tokens(refresh=pair.refresh, now=timezone.now())
    with pytest.raises(TokenRevoked):
        services.refresh_tokens(refresh=pair.refresh, now=session.expires_at)


def test_an_app_that_does_not_refresh_is_logged_out_after_7_days() -> None:
    session = opened(channel=Session.Channel.API)
    assert is_open(session, days=6, hours=23)
    assert not is_open(session, days=7)


def test_logging_in_again_in_the_same_browser_ends_the_session_before(client) -> None:
    user = UserFactory(second_step=False)
    log_in(client, user)
    elsewhere = Client()
    log_in(elsewhere, user)
    client.post("/admin/login/", {"identifier": user.username, "password": PASSWORD})
    reasons = list(user.sessions.order_by("created_at").values_list("end_reason", flat=True))
    assert reasons == ["logged in again", "", ""]
    assert client.get("/").context["user"] == elsewhere.get("/").context["user"] == user


def test_somebody_else_who_logs_in_at_the_same_browser_ends_it_too(client) -> None:
    user, other = UserFactory(second_step=False), UserFactory(second_step=False)
    log_in(client, user)
    client.post("/admin/login/", {"identifier": other.username, "password": PASSWORD})
    assert [user.sessions.get().end_reason, other.sessions.get().end_reason] == ["logged in again", ""]
    assert client.get("/").context["user"] == other


def test_sessions_that_are_over_are_forgotten_after_30_days() -> None:
    now = timezone.now()
    user = UserFactory()

    def session(name: str, *, days_ago: int, ended_days_ago: int | None = None) -> None:
        row = open_session(
            user=user,
            channel=Session.Channel.WEB,
            device=Device(user_agent=name),
            now=now - timedelta(days=days_ago),
        )
        if ended_days_ago is not None:
            services.end_session(session_id=row.pk, now=now - timedelta(days=ended_days_ago))

    session("open", days_ago=1)
    session("ended lately", days_ago=33, ended_days_ago=29)
    session("ended long ago", days_ago=33, ended_days_ago=31)
    session("expired lately", days_ago=43)
    session("expired long ago", days_ago=45)
    assert tasks.forget_old_sessions() == 2
    assert set(Session.objects.values_list("user_agent", flat=True)) == {"open", "ended lately", "expired lately"}
    assert tasks.forget_old_sessions() == 0


def test_rows_of_browsers_that_are_over_are_cleared(client) -> None:
    client.force_login(UserFactory())
    Client().force_login(UserFactory())
    BrowserSession.objects.exclude(pk=hashed(client.session.session_key)).update(expire_date=timezone.now())
    tasks.clear_browser_sessions()
    assert [row.pk for row in BrowserSession.objects.all()] == [hashed(client.session.session_key)]


def test_the_audit_log_is_kept_for_400_days() -> None:
    for days in (0, 399, 401):
        AuditEntry.objects.create(action=f"{days} days", at=timezone.now() - timedelta(days=days))
    assert prune_audit_log() == 1
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"0 days", "399 days"}
