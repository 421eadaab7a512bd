"""One-time codes. A code is never kept: whoever has the server's key derives it from the login and its issue.

Redis keeps per login a keyed hash of the code, the tries left, the user, the issue and a seal. A login whose code comes
from an authenticator app has no issue and no hash: nothing is sent for it, and `redeem` never accepts it.
Why: docs/adr/0004-one-time-codes.md, docs/adr/0009-authenticator-apps.md.
"""

import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import PortalError
from library_portal.redis import client, required

# What a code is for: a login, which also confirms the address it went to, or a new address of somebody logged in.
LOGIN, ADDRESS = "login", "address"
DIGITS = 6

# KEYS: the login. ARGV: the hash of the code given. Answers {gone}, {wrong, user} or {right, user, channel, seal}.
_REDEEM = """
local kept = redis.call('HMGET', KEYS[1], 'hash', 'user', 'channel', 'seal', 'address')
if not kept[1] then return {'gone'} end
if kept[1] == ARGV[1] then
    redis.call('DEL', KEYS[1])
    return {'right', kept[2], kept[3], kept[4], kept[5] or ''}
end
if redis.call('HINCRBY', KEYS[1], 'tries', -1) <= 0 then redis.call('DEL', KEYS[1]) end
return {'wrong', kept[2]}
"""

# KEYS: the login. Answers {} when it is gone or out of tries, otherwise {user, channel, seal} and one try less.
_TAKE_TRY = """
local kept = redis.call('HMGET', KEYS[1], 'tries', 'user', 'channel', 'seal')
if not kept[1] or tonumber(kept[1]) <= 0 then return {} end
redis.call('HINCRBY', KEYS[1], 'tries', -1)
return {kept[2], kept[3], kept[4]}
"""

# KEYS: the login. ARGV: issue, hash of its code, tries, seconds. Answers 1 when the login was still there.
_REISSUE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'issue', ARGV[1], 'hash', ARGV[2], 'tries', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""


class Channel(models.TextChoices):
    """How a person comes by the code of a login."""

    EMAIL = User.Channel.EMAIL.value, User.Channel.EMAIL.label
    SMS = User.Channel.SMS.value, User.Channel.SMS.label
    TOTP = "totp", _("authenticator app")


class OtpInvalid(PortalError):
    code = "otp_invalid"
    status = 401
    title = _("This code is not right.")


class OtpExpired(PortalError):
    """The login is unknown, too old, used, or out of tries; which of these is nobody's business."""

    code = "otp_expired"
    status = 401
    title = _("This code is no longer valid. Please start again.")


@dataclass(frozen=True)
class PendingLogin:
    """A login that waits for its code; `channel` is one of `Channel`, `seal` is for who opened it to compare.

    `address` is the new one that the code shall confirm; the code of a login goes to the one the person has.
    """

    user_id: int
    channel: str
    seal: str = ""
    address: str = ""


def derive(*, login_id: str, issue: int) -> str:
    """The code of this issue: six digits, as good as evenly spread (2^256 against a million)."""
    number = int.from_bytes(_keyed("code", login_id, str(issue)), "big")
    return f"{number % 10**DIGITS:0{DIGITS}}"


def open_login(
    *, user_id: int, channel: str, seal: str = "", purpose: str = LOGIN, address: str = ""
) -> tuple[str, int]:
    """A new login waiting for its first code: its id and issue. Raises ServiceUnavailable when Redis is away."""
    login_id, issue = secrets.token_urlsafe(24), _new_issue()
    code_hash = _hash(login_id, derive(login_id=login_id, issue=issue))
    kept: dict[str, str | int] = {"user": user_id, "channel": channel, "seal": seal, "issue": issue, "hash": code_hash}
    _keep(_key(purpose, login_id), kept | ({"address": address} if address else {}))
    return login_id, issue


def open_login_by_app(*, user_id: int, seal: str) -> str:
    """The id of a new login whose code an authenticator app shows. Raises ServiceUnavailable when Redis is away."""
    login_id = secrets.token_urlsafe(24)
    _keep(_key(LOGIN, login_id), {"user": user_id, "channel": Channel.TOTP.value, "seal": seal})
    return login_id


def pending(*, login_id: str, purpose: str = LOGIN) -> PendingLogin:
    """Raises OtpExpired, ServiceUnavailable."""
    with required():
        kept = client().hmget(_key(purpose, login_id), "user", "channel", "seal", "address")
    user_id, channel, seal, address = kept  # type: ignore[misc]
    if user_id is None or channel is None:
        raise OtpExpired
    return PendingLogin(int(user_id), channel, seal or "", address or "")


def reissue(*, login_id: str, purpose: str = LOGIN) -> int:
    """A new code, with its own tries and time, in place of the last one. Raises OtpExpired, ServiceUnavailable."""
    issue = _new_issue()
    hashed = _hash(login_id, derive(login_id=login_id, issue=issue))
    arguments = [issue, hashed, settings.ONE_TIME_CODE_TRIES, settings.ONE_TIME_CODE_SECONDS]
    with required():
        found = client().register_script(_REISSUE)(keys=[_key(purpose, login_id)], args=arguments)
    if not found:
        raise OtpExpired
    return issue


def is_current(*, login_id: str, issue: int, purpose: str = LOGIN) -> bool:
    """Whether this issue's code would still be accepted. Raises ServiceUnavailable."""
    with required():
        return client().hget(_key(purpose, login_id), "issue") == str(issue)


def redeem(*, login_id: str, code: str, purpose: str = LOGIN) -> PendingLogin:
    """Use the code up, in one step however many try at once. Raises OtpInvalid, OtpExpired, ServiceUnavailable."""
    with required():
        verdict, *kept = client().register_script(_REDEEM)(keys=[_key(purpose, login_id)], args=[_hash(login_id, code)])
    if verdict == "gone":
        raise OtpExpired
    if verdict == "wrong":
        audit.record(Action.CODE_REFUSED, whom_id=int(kept[0]), purpose=purpose)
        raise OtpInvalid
    return PendingLogin(int(kept[0]), *kept[1:])


def take_try(*, login_id: str) -> PendingLogin:
    """Use up one of the tries of a login by app before its code is checked. Raises OtpExpired, ServiceUnavailable."""
    with required():
        kept = client().register_script(_TAKE_TRY)(keys=[_key(LOGIN, login_id)])
    if not kept:
        raise OtpExpired
    return PendingLogin(int(kept[0]), *kept[1:])


def close_login(*, login_id: str) -> None:
    """The code was right: of all who say so at once, one goes on. Raises OtpExpired, ServiceUnavailable."""
    with required():
        if not client().delete(_key(LOGIN, login_id)):
            raise OtpExpired


def _keep(key: str, kept: dict[str, str | int]) -> None:
    with required(), client().pipeline() as pipeline:
        pipeline.hset(key, mapping=kept | {"tries": settings.ONE_TIME_CODE_TRIES})  # type: ignore[arg-type]
        pipeline.expire(key, settings.ONE_TIME_CODE_SECONDS)
        pipeline.execute()


def _new_issue() -> int:
    return secrets.randbits(48)


def _key(purpose: str, login_id: str) -> str:
    return f"code:{purpose}:{login_id}"


def _hash(login_id: str, code: str) -> str:
    return _keyed("hash", login_id, code).hex()


def _keyed(*parts: str) -> bytes:
    return hmac.digest(settings.ONE_TIME_CODE_KEY.encode(), "\0".join(parts).encode(), "sha256")
