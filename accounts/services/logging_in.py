"""Logging in: a password, then for most a code: one that is sent, one that an app shows, or a recovery code."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import codes, queries
from accounts.codes import DIGITS, Channel, OtpExpired, OtpInvalid
from accounts.events import OtpRequested
from accounts.limits import PasswordGuess, count_code, refusal_recorded
from accounts.models import Session, User
from accounts.services.authenticators import accept_app_code
from accounts.services.recovery_codes import use_recovery_code
from accounts.services.sessions import Device, issue_tokens, open_session
from accounts.tokens import NotAuthenticated, TokenPair
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import PortalError
from library_portal.outbox import record

RECOVERY_CODE = "recovery code"
WRONG = _("The name and the password do not fit together.")


class CodeComesFromApp(PortalError):
    code = "conflict"
    status = 409
    title = _("Your authenticator app shows the code: there is none to send.")


@dataclass(frozen=True)
class Challenge:
    """A code is on its way, or in the person's app (channel `totp`); `expires_in` is in seconds."""

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
    named = queries.user_to_log_in(identifier)
    guess = PasswordGuess(identifier=identifier, user=named, device=device)
    guess.count()
    user = _with_password(named, password)
    guess.was_right()
    if user.needs_code:
        with refusal_recorded(whom_id=user.pk):
            return _ask_for_code(user, device)
    with transaction.atomic():
        return _logged_in(_unchanged(user), channel=channel, device=device, now=now, second_step="")


def request_code(*, user: User, device: Device) -> Challenge:
    """Raises RateLimited, ServiceUnavailable."""
    count_code(user_id=user.pk, address=device.address)
    seal = _seal(user, user.code_channel)
    login_id, issue = codes.open_login(user_id=user.pk, channel=user.code_channel, seal=seal)
    return _code_on_its_way(login_id, codes.PendingLogin(user.pk, user.code_channel), issue)


def resend_code(*, login_id: str, device: Device) -> Challenge:
    """A new code for the same login; the one before it is void.

    Raises OtpExpired, CodeComesFromApp, RateLimited, ServiceUnavailable.
    """
    pending = codes.pending(login_id=login_id)
    if pending.channel == Channel.TOTP:
        raise CodeComesFromApp
    with refusal_recorded(whom_id=pending.user_id):
        count_code(user_id=pending.user_id, address=device.address)
    return _code_on_its_way(login_id, pending, codes.reissue(login_id=login_id))


def verify_code(
    *, login_id: str, code: str, device: Device, now: datetime, channel: str = Session.Channel.API
) -> LoggedIn:
    """Log in; a code that was sent also shows that the address it went to is theirs.

    Raises OtpInvalid, OtpExpired, ServiceUnavailable.
    """
    if codes.pending(login_id=login_id).channel == Channel.TOTP:
        return _verify_by_app(login_id=login_id, code=code, device=device, now=now, channel=channel)
    pending = codes.redeem(login_id=login_id, code=code)
    with transaction.atomic():
        user = _who_waits(pending)
        _confirm_address(user, pending.channel, now)
        return _logged_in(user, channel=channel, device=device, now=now, second_step=pending.channel)


def _verify_by_app(*, login_id: str, code: str, device: Device, now: datetime, channel: str) -> LoggedIn:
    """The try is taken before the code is looked at: simultaneous guesses count too."""
    pending = codes.take_try(login_id=login_id)
    try:
        with transaction.atomic():
            user = _who_waits(pending)
            second_step = _accept(user, code, now)
            codes.close_login(login_id=login_id)
            return _logged_in(user, channel=channel, device=device, now=now, second_step=second_step)
    except OtpInvalid:
        audit.record(Action.CODE_REFUSED, whom_id=pending.user_id, purpose=codes.LOGIN)
        raise


def _accept(user: User, code: str, now: datetime) -> str:
    """Which kind of code it was. Raises OtpInvalid."""
    if len(code) == DIGITS:
        accept_app_code(user_id=user.pk, code=code, now=now)
        return Channel.TOTP
    use_recovery_code(user_id=user.pk, code=code, now=now)
    return RECOVERY_CODE


def _who_waits(pending: codes.PendingLogin) -> User:
    """The person, whose row is locked. Raises OtpExpired when the account or its second step has changed since."""
    user = User.objects.select_for_update(no_key=True).filter(pk=pending.user_id, is_active=True).first()
    if user is None or not pending.seal or pending.seal != _seal(user, pending.channel):
        raise OtpExpired
    return user


def _unchanged(user: User) -> User:
    """The person, whose row is locked. Raises NotAuthenticated when the password that was right, or that it was enough,
    has changed since: who changed it has ended the sessions of before, and no other may follow them."""
    same = (
        User.objects.select_for_update(no_key=True).filter(pk=user.pk, password=user.password, is_active=True).first()
    )
    if same is None or same.needs_code:
        raise NotAuthenticated(WRONG)
    return same


def _ask_for_code(user: User, device: Device) -> Challenge:
    """From the app where there is one: counted like sending a code, as each login brings new tries."""
    if queries.authenticator(user_id=user.pk) is None:
        return request_code(user=user, device=device)
    count_code(user_id=user.pk, address=device.address)
    login_id = codes.open_login_by_app(user_id=user.pk, seal=_seal(user, Channel.TOTP))
    return Challenge(login_id, Channel.TOTP.value, settings.ONE_TIME_CODE_SECONDS)


def _with_password(user: User | None, password: str) -> User:
    if user is None:
        make_password(password)  # the time that checking it would have taken
    elif user.check_password(password) and user.is_active:
        return user
    audit.record(Action.PASSWORD_REFUSED, whom_id=user.pk if user else None)  # one row either way: the same time
    raise NotAuthenticated(WRONG)


def _seal(user: User, channel: str) -> str:
    """Changes with the password and the address or app: a login begun with the old ones is over, and confirms no new
    one. Empty where no code can come from: such a login has no end."""
    source = _source(user, channel)
    return source and salted_hmac("pending-login", f"{user.password} {source}", algorithm="sha256").hexdigest()


def _source(user: User, channel: str) -> str:
    """The address or app that the code of a login comes from; empty when there is none. Who has an app by now needs its
    code, whatever was sent before."""
    authenticator = queries.authenticator(user_id=user.pk)
    if channel == Channel.TOTP:
        return f"app {authenticator.pk}" if authenticator else ""
    return "" if authenticator else user.address_for(channel)


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
