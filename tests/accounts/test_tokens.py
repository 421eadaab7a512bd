"""Access and refresh tokens: what they hold, how they rotate, and that they die with their session."""

from collections import Counter
from datetime import timedelta

import jwt
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import services, sessions
from accounts.models import Role, Session, User
from accounts.services.sessions import Device, issue_tokens, open_session
from accounts.tokens import TokenPair
from library_portal.redis import client as redis_client
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ME, REFRESH, LOGOUT = "/api/v1/users/me/", "/api/v1/auth/refresh/", "/api/v1/auth/logout/"


def tokens_of(user: User, now=None) -> TokenPair:
    now = now or timezone.now()
    session = open_session(user=user, channel=Session.Channel.API, device=Device(), now=now)
    return issue_tokens(session=session, user=user, now=now)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_tokens_name_their_session_user_and_role_and_live_15_minutes_and_7_days() -> None:
    now = timezone.now()
    user = UserFactory()
    pair = tokens_of(user, now)
    access, refresh = (jwt.decode(token, options={"verify_signature": False}) for token in (pair.access, pair.refresh))
    session = user.sessions.get()
    assert jwt.get_unverified_header(pair.access)["alg"] == "HS256"
    assert {key: access[key] for key in ("sid", "user_id", "role", "token_type")} == {
        "sid": str(session.pk),
        "user_id": user.pk,
        "role": "customer",
        "token_type": "access",
    }
    assert (access["exp"] - access["iat"], refresh["exp"] - refresh["iat"]) == (15 * 60, 7 * 24 * 3600)
    assert session.refresh_id == refresh["jti"]


def test_a_token_is_checked_without_reading_the_user_row(api, django_assert_num_queries) -> None:
    pair = tokens_of(UserFactory())
    api.get(ME, headers=bearer(pair.access))
    with django_assert_num_queries(1) as read:
        api.get("/api/v1/auth/sessions/", headers=bearer(pair.access))
    assert "accounts_session" in read.captured_queries[0]["sql"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a b", "ä", "x" * 5000, "eyJhbGciOiJub25lIn0.e30."])
def test_a_broken_access_token_is_401(api, token) -> None:
    answer = api.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert refused(answer) == (401, "authentication_error")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_old_or_foreign_or_wrong_kind_of_token_is_401(api, settings) -> None:
    user = UserFactory()
    pair = tokens_of(user)
    old = tokens_of(user, timezone.now() - timedelta(minutes=16))
    foreign = jwt.encode(jwt.decode(pair.access, options={"verify_signature": False}), "y" * 40, "HS256")
    for token in (old.access, foreign, pair.refresh):
        assert refused(api.get(ME, headers=bearer(token))) == (401, "authentication_error")
    assert refused(api.post(REFRESH, {"refresh": pair.access})) == (401, "authentication_error")


@pytest.mark.parametrize("claim", ["aud", "iss"])
def test_a_token_for_or_by_another_portal_is_401(api, settings, claim) -> None:
    claims = jwt.decode(tokens_of(UserFactory()).access, options={"verify_signature": False})
    assert (claims["aud"], claims["iss"]) == (settings.PUBLIC_URL, settings.PUBLIC_URL)
    again = jwt.encode(claims, settings.TOKEN_KEY, "HS256")
    other = jwt.encode(claims | {claim: "https://trial.library.example"}, settings.TOKEN_KEY, "HS256")
    assert api.get(ME, headers=bearer(again)).status_code == 200
    assert refused(api.get(ME, headers=bearer(other))) == (401, "authentication_error")


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS384"}, {"alg": "HS512"}, {"jku": "http://a/k"}])
def test_a_token_chooses_neither_its_algorithm_nor_its_key(api, settings, header) -> None:
    """All but the first are signed with the right key; one names a place to fetch another from, which nobody does."""
    claims = jwt.decode(tokens_of(UserFactory()).access, options={"verify_signature": False})
    algorithm = header.get("alg", "HS256")
    token = jwt.encode(claims, settings.TOKEN_KEY if algorithm != "none" else None, algorithm, header)
    assert api.get(ME, headers=bearer(token)).status_code == (200 if "jku" in header else 401)


@pytest.mark.parametrize("claim", ["sid", "user_id", "role", "jti", "exp", "token_type", "aud", "iss"])
def test_a_token_that_lacks_a_claim_is_401(api, settings, claim) -> None:
    pair = tokens_of(UserFactory())
    for path, token in ((ME, pair.access), (REFRESH, pair.refresh)):
        claims = jwt.decode(token, options={"verify_signature": False})
        del claims[claim]
        lacking = jwt.encode(claims, settings.TOKEN_KEY, "HS256")
        answer = api.get(ME, headers=bearer(lacking)) if path == ME else api.post(REFRESH, {"refresh": lacking})
        assert refused(answer) == (401, "authentication_error")


def test_refresh_gives_a_new_pair_that_works(api) -> None:
    pair = tokens_of(UserFactory())
    renewed = api.post(REFRESH, {"refresh": pair.refresh})
    assert (renewed.status_code, set(renewed.json())) == (200, {"access", "refresh"})
    assert api.get(ME, headers=bearer(renewed.json()["access"])).status_code == 200
    assert api.post(REFRESH, {"refresh": renewed.json()["refresh"]}).status_code == 200


def test_a_refresh_token_used_twice_ends_the_session_for_thief_and_owner(api) -> None:
    pair = tokens_of(UserFactory())
    thief = api.post(REFRESH, {"refresh": pair.refresh}).json()
    assert api.get(ME, headers=bearer(thief["access"])).status_code == 200
    assert refused(api.post(REFRESH, {"refresh": pair.refresh})) == (401, "token_revoked")
    assert refused(api.get(ME, headers=bearer(thief["access"]))) == (401, "token_revoked")
    assert refused(api.get(ME, headers=bearer(pair.access))) == (401, "token_revoked")
    assert refused(api.post(REFRESH, {"refresh": thief["refresh"]})) == (401, "token_revoked")
    assert Session.objects.get().end_reason == "refresh token used twice"


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_refreshes_one_succeeds_and_the_session_ends(client) -> None:
    pair = tokens_of(UserFactory())
    body = {"refresh": pair.refresh}
    statuses = simultaneously(
        8, lambda _: client.post(REFRESH, body, content_type="application/json").status_code, connected=True
    )
    assert Counter(statuses) == {200: 1, 401: 7}
    assert Session.objects.get().ended_at is not None


def test_logout_ends_this_session_and_no_other(api) -> None:
    user = UserFactory()
    here, there = tokens_of(user), tokens_of(user)
    assert api.post(LOGOUT, headers=bearer(here.access)).status_code == 204
    assert refused(api.get(ME, headers=bearer(here.access))) == (401, "token_revoked")
    assert refused(api.post(REFRESH, {"refresh": here.refresh})) == (401, "token_revoked")
    assert api.get(ME, headers=bearer(there.access)).status_code == 200
    assert refused(api.post(LOGOUT)) == (401, "authentication_error")


@pytest.mark.parametrize(
    "end",
    [
        lambda user, now: services.deactivate(user_id=user.pk, now=now),
        lambda user, now: services.set_password(user_id=user.pk, password="another-passphrase", now=now),
        lambda user, now: services.change_role(user_id=user.pk, role=Role.AUTHOR, now=now),
        lambda user, now: services.end_all_sessions(user_id=user.pk, now=now, reason="revoked"),
    ],
    ids=["deactivation", "new password", "new role", "revocation"],
)
def test_access_ends_at_the_next_request_after(api, now, end) -> None:
    user, other = UserFactory(), tokens_of(UserFactory())
    pair = tokens_of(user)
    assert api.get(ME, headers=bearer(pair.access)).status_code == 200
    end(user, now)
    assert refused(api.get(ME, headers=bearer(pair.access))) == (401, "token_revoked")
    assert refused(api.post(REFRESH, {"refresh": pair.refresh})) == (401, "token_revoked")
    assert api.get(ME, headers=bearer(other.access)).status_code == 200


def test_an_ended_session_stays_ended_when_redis_forgets(api, now) -> None:
    user = UserFactory()
    pair, ended = tokens_of(user), tokens_of(user)
    for token in (pair, ended):
        api.get(ME, headers=bearer(token.access))
    services.end_session(session_id=user.sessions.get(refresh_id=ended.refresh_id).pk, now=now)
    redis_client().flushdb()
    assert refused(api.get(ME, headers=bearer(ended.access))) == (401, "token_revoked")
    assert api.get(ME, headers=bearer(pair.access)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_redis_may_forget_an_end_before_it_is_committed(client, now) -> None:
    user = UserFactory()
    access = bearer(tokens_of(user).access)
    with transaction.atomic():
        services.end_all_sessions(user_id=user.pk, now=now, reason="revoked")
        redis_client().flushdb()
        assert simultaneously(1, lambda _: client.get(ME, headers=access).status_code) == [200]
    assert refused(client.get(ME, headers=access)) == (401, "token_revoked")


@pytest.mark.django_db(transaction=True)
def test_an_answer_read_before_the_end_never_overwrites_it() -> None:
    user = UserFactory()
    tokens_of(user)
    session, now = user.sessions.get(), timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT 1 FROM accounts_session")  # from here on this reader sees it open
        simultaneously(1, lambda _: services.end_session(session_id=session.pk, now=now))
        assert sessions._looked_up(session.pk, now) == "open"
    assert not sessions.is_open(session_id=session.pk, now=now)


def test_without_redis_sessions_are_read_from_postgresql(api, redis_away, now) -> None:
    user = UserFactory()
    pair = tokens_of(user)
    assert api.get(ME, headers=bearer(pair.access)).status_code == 200
    assert api.post(LOGOUT, headers=bearer(pair.access)).status_code == 204
    assert refused(api.get(ME, headers=bearer(pair.access))) == (401, "token_revoked")
