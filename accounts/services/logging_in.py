"""Logging in: a password, then for most a one-time code."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import codes, queries
from accounts.codes import OtpExpired
from accounts.events import OtpRequested
from accounts.limits import PasswordGuess, count_code, refusal_recorded
from accounts.models import Session, User
from accounts.services.sessions import Device, issue_tokens, open_session
from accounts.tokens import NotAuthenticated, TokenPair
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.outbox import record


@dataclass(frozen=True)
class Challenge:
    """A code is on its way; `expires_in` is in seconds."""

    login_id: str
    channel: str
    expires_in: int


@dataclass(frozen=True)
class LoggedIn:
    """`tokens` are for apps; the web pages open their session with `login()` of Django."""

    user: User
    tokens: TokenPair | None


def start_login(
    *, identifier: str, password: str, device: Device, now: datetime, channel: str = Session.Channel.API
) -> Challenge | LoggedIn:
    """Username, e-mail or phone, and the password. Who needs no code is logged in at once.

    Raises NotAuthenticated, with the same words and after the same work whether or not there is such an account,
    RateLimited, and ServiceUnavailable when a code is needed and Redis is away.
    """
    guess = PasswordGuess(identifier=identifier, address=device.address)
    guess.count()
    user = _user_with_password(identifier, password)
    guess.was_right()
    if user.needs_code:
        with refusal_recorded(whom_id=user.pk):
            return request_code(user=user, device=device)
    with transaction.atomic():
        return _logged_in(user, channel=channel, device=device, now=now, second_step="")


def request_code(*, user: User, device: Device) -> Challenge:
    """Raises RateLimited, ServiceUnavailable."""
    count_code(user_id=user.pk, address=device.address)
    seal = _seal(user, user.code_channel)
    login_id, issue = codes.open_login(user_id=user.pk, channel=user.code_channel, seal=seal)
    return _code_on_its_way(login_id, codes.PendingLogin(user.pk, user.code_channel), issue)


def resend_code(*, login_id: str, device: Device) -> Challenge:
    """A new code for the same login; the one before it is void. Raises OtpExpired, RateLimited, ServiceUnavailable."""
    pending = codes.pending(login_id=login_id)
    with refusal_recorded(whom_id=pending.user_id):
        count_code(user_id=pending.user_id, address=device.address)
    return _code_on_its_way(login_id, pending, codes.reissue(login_id=login_id))


def verify_code(
    *, login_id: str, code: str, device: Device, now: datetime, channel: str = Session.Channel.API
) -> LoggedIn:
    """Log in; the code also shows that the address it went to is theirs.

    Raises OtpInvalid, OtpExpired, ServiceUnavailable.
    """
    pending = codes.redeem(login_id=login_id, code=code)
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=pending.user_id, is_active=True).first()
        if user is None or not user.address_for(pending.channel) or pending.seal != _seal(user, pending.channel):
            raise OtpExpired
        _confirm_address(user, pending.channel, now)
        return _logged_in(user, channel=channel, device=device, now=now, second_step=pending.channel)


def _user_with_password(identifier: str, password: str) -> User:
    user = queries.user_by_identifier(identifier)
    if user is None:
        make_password(password)  # the time that checking it would have taken
    elif user.check_password(password) and user.is_active:
        return user
    audit.record(Action.PASSWORD_REFUSED, whom_id=user and user.pk)  # one row either way: the same time
    raise NotAuthenticated(_("The name and the password do not fit together."))


def _seal(user: User, channel: str) -> str:
    """Changes with the password and the address: a login begun with the old ones is over, and confirms no new one."""
    return salted_hmac("pending-login", f"{user.password} {user.address_for(channel)}", algorithm="sha256").hexdigest()


def _code_on_its_way(login_id: str, pending: codes.PendingLogin, issue: int) -> Challenge:
    with transaction.atomic():
        record(OtpRequested(login_id=login_id, user_id=pending.user_id, channel=pending.channel, issue=issue))
        audit.record(Action.CODE_SENT, whom_id=pending.user_id, channel=pending.channel)
    return Challenge(login_id, pending.channel, settings.ONE_TIME_CODE_SECONDS)


def _confirm_address(user: User, channel: str, now: datetime) -> None:
    field = "phone_verified_at" if channel == User.Channel.SMS else "email_verified_at"
    if getattr(user, field) is None:
        setattr(user, field, now)
        user.save(update_fields=[field])


def _logged_in(user: User, *, channel: str, device: Device, now: datetime, second_step: str) -> LoggedIn:
    audit.record(Action.LOGGED_IN, who_id=user.pk, whom_id=user.pk, channel=channel, second_step=second_step)
    if channel == Session.Channel.WEB:
        return LoggedIn(user, None)
    session = open_session(user=user, channel=channel, device=device, now=now)
    return LoggedIn(user, issue_tokens(session=session, user=user, now=now))
