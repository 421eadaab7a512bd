"""After a whole sign-up and login, no code, password or token is anywhere but in the mail and with the person."""

import logging

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session as WebSession

from library_portal.redis import client as redis_client
from tests.accounts.codes_sent import code_from_mail
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
EMAIL = "ada@library.example"


def everything_in_postgresql() -> str:
    rows = [str(row) for model in apps.get_models() for row in model._default_manager.values()]
    return "\n".join(rows + [str(session.get_decoded()) for session in WebSession.objects.all()])


def everything_in_redis() -> str:
    redis, found = redis_client(), []
    readers = {"string": redis.get, "hash": redis.hgetall, "zset": lambda key: redis.zrange(key, 0, -1)}
    for key in redis.scan_iter("*"):
        found.append(f"{key} {readers[redis.type(key)](key)}")
    return "\n".join(found)


def test_secrets_are_kept_nowhere(api, client, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    signed_up = api.post("/api/v1/auth/signup/", {"username": "ada", "email": EMAIL, "password": PASSWORD}).json()
    first = code_from_mail(EMAIL)
    at_first = everything_in_redis()
    tokens = api.post("/api/v1/auth/verify-otp/", {"login_id": signed_up["login_id"], "code": first}).json()
    client.post("/login/", {"identifier": "ada", "password": PASSWORD})
    second = code_from_mail(EMAIL)
    client.post("/login/code/", {"code": "000000" if second != "000000" else "000001"})
    refresh = api.post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}).json()
    kept = "\n".join([at_first, everything_in_redis(), everything_in_postgresql(), caplog.text])
    assert signed_up["login_id"] in kept
    secrets = [PASSWORD, *tokens.values(), *refresh.values()]
    assert [secret for secret in secrets if secret in kept] == []
    for code in (first, second):
        assert f"'{code}'" not in kept
        assert f" {code} " not in kept
