"""The authenticator app: set up with a first code, asked for at login, removed (rules.md, "Accounts")."""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pyotp.exceptions import OTPVerificationError

from accounts import queries, security_messages
from accounts.codes import OtpInvalid
from accounts.models import Authenticator, User
from accounts.services.locks import locked
from accounts.services.recovery_codes import NoAuthenticator, replace_recovery_codes
from accounts.services.sessions import end_all_sessions
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import Forbidden, InvalidInput, PortalError

STEPS_OF_DRIFT = 1  # of 30 seconds, each way
RESET = "second step reset"


class AuthenticatorInUse(PortalError):
    code = "conflict"
    status = 409
    title = _("An authenticator app is set up already. Remove it before you set up another.")


class SecondStepRequired(Forbidden):
    title = _("Librarians and admins always have a second step.")


@dataclass(frozen=True)
class Enrolment:
    """What an app needs: the key to type, or the address in a QR code. Shown to its owner only."""

    secret: str
    uri: str


def begin_authenticator(*, user_id: int) -> Enrolment:
    """A new key, in place of one that was never confirmed. Raises AuthenticatorInUse."""
    with transaction.atomic():
        user = locked(user_id)
        if queries.authenticator(user_id=user_id):
            raise AuthenticatorInUse
        Authenticator.objects.filter(user=user).delete()
        return _enrolment(Authenticator.objects.create(user=user, secret=pyotp.random_base32()))


def unfinished_enrolment(*, user_id: int) -> Enrolment:
    """The key that waits for its first code. Raises NoAuthenticator."""
    begun = Authenticator.objects.select_related("user").filter(user_id=user_id, confirmed_at=None).first()
    if begun is None:
        raise NoAuthenticator
    return _enrolment(begun)


def confirm_authenticator(*, user_id: int, code: str, now: datetime) -> list[str]:
    """The app's first code puts it to use and turns the second step on; the answer is ten recovery codes.

    Raises NoAuthenticator, AuthenticatorInUse, InvalidInput for a wrong code.
    """
    with transaction.atomic():
        user = locked(user_id)
        begun = _to_be_confirmed(user_id)
        try:
            _accept(begun, code, now)
        except OtpInvalid as error:
            raise InvalidInput(errors={"code": [_("This is not the code that the app shows now.")]}) from error
        begun.confirmed_at = now
        begun.save(update_fields=["confirmed_at"])
        _turn(user, on=True)
        audit.record(Action.AUTHENTICATOR_ADDED, whom_id=user_id)
        security_messages.authenticator_added(user_id=user_id, now=now)
        return replace_recovery_codes(user=user)


def accept_app_code(*, user_id: int, code: str, now: datetime) -> None:
    """Call with the person's row locked. A time step is accepted once, and none before it. Raises OtpInvalid."""
    authenticator = queries.authenticator(user_id=user_id)
    if authenticator is None:
        raise OtpInvalid
    _accept(authenticator, code, now)


def remove_authenticator(*, user_id: int, now: datetime) -> None:
    """Codes come by mail or SMS again, and the recovery codes are void. Removing what is not there changes nothing."""
    with transaction.atomic():
        locked(user_id)
        if _forget(user_id):
            audit.record(Action.AUTHENTICATOR_REMOVED, whom_id=user_id)
            security_messages.authenticator_removed(user_id=user_id, now=now)


def set_second_step(*, user_id: int, on: bool, now: datetime) -> None:
    """Turned off, it leaves no app and no recovery codes behind. Raises SecondStepRequired for staff."""
    with transaction.atomic():
        user = locked(user_id)
        if user.is_staff and not on:
            raise SecondStepRequired
        if user.second_step == on:
            return
        _turn(user, on=on)
        if not on:
            _forget(user_id)
            security_messages.second_step_off(user_id=user_id, now=now)
        audit.record(Action.SECOND_STEP_CHANGED, whom_id=user_id, on=on)


def reset_second_step(*, user_id: int, now: datetime) -> None:
    """By staff, for who lost the app and the recovery codes: the next login sends a code. Ends every session."""
    with transaction.atomic():
        user = locked(user_id)
        _forget(user_id)
        _turn(user, on=True)
        end_all_sessions(user_id=user_id, now=now, reason=RESET)
        audit.record(Action.SECOND_STEP_RESET, whom_id=user_id)
        security_messages.second_step_reset(user_id=user_id, now=now)


def _to_be_confirmed(user_id: int) -> Authenticator:
    begun = Authenticator.objects.filter(user_id=user_id).first()
    if begun is None:
        raise NoAuthenticator
    if begun.confirmed_at:
        raise AuthenticatorInUse
    return begun


def _enrolment(authenticator: Authenticator) -> Enrolment:
    totp = pyotp.TOTP(authenticator.secret)
    return Enrolment(
        secret=authenticator.secret,
        uri=totp.provisioning_uri(name=authenticator.user.username, issuer_name=settings.AUTHENTICATOR_ISSUER),
    )


def _accept(authenticator: Authenticator, code: str, now: datetime) -> None:
    totp = pyotp.TOTP(authenticator.secret)
    try:
        step = totp.verify_and_get_timecode(code, for_time=now, valid_window=STEPS_OF_DRIFT)
    except OTPVerificationError as error:
        raise OtpInvalid from error
    if step <= authenticator.last_step:
        raise OtpInvalid
    authenticator.last_step = step
    authenticator.save(update_fields=["last_step"])


def _turn(user: User, *, on: bool) -> None:
    user.second_step = on
    user.save(update_fields=["second_step"])


def _forget(user_id: int) -> bool:
    """Whether there was an app in use."""
    had_one = queries.authenticator(user_id=user_id) is not None
    Authenticator.objects.filter(user_id=user_id).delete()
    User(pk=user_id).recovery_codes.all().delete()
    return had_one
