"""New passwords: changed by who knows the old one, or set by a link that was sent to the person."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import queries, reset_links
from accounts.events import PasswordResetRequested
from accounts.limits import PasswordGuess, count_reset, forget_guesses, may_have_reset_link, refusal_recorded
from accounts.models import User
from accounts.services.sessions import Device, end_all_sessions
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput, PortalError
from library_portal.notifications import notify
from library_portal.notifications.models import Kind
from library_portal.outbox import record


class ResetLinkInvalid(PortalError):
    """Used, too old, or made before a change of the password or an address; which of these is nobody's business."""

    code = "otp_expired"
    status = 401
    title = _("This link is no longer valid. Please ask for a new one.")


def require_password(*, user: User, password: str, device: Device, field: str = "password") -> None:
    """The person proves to know their password; a wrong one counts as a guess. Raises InvalidInput, RateLimited."""
    guess = PasswordGuess(identifier=user.username, user=user, device=device)
    guess.count()
    if not user.check_password(password):
        audit.record(Action.PASSWORD_REFUSED, whom_id=user.pk)
        raise InvalidInput(errors={field: [_("This is not your password.")]})
    guess.was_right()


def change_password(
    *, user_id: int, session_id: str, old_password: str, new_password: str, device: Device, now: datetime
) -> User:
    """Ends every session but this one. Raises InvalidInput for a wrong old or a weak new password, RateLimited."""
    user = queries.user(user_id=user_id)
    require_password(user=user, password=old_password, device=device, field="old_password")
    check_new_password(new_password, user=user, field="new_password")
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).filter(pk=user_id, password=user.password).first()
        if locked is None:
            raise InvalidInput(errors={"old_password": [_("Your password has been changed meanwhile.")]})
        _set(locked, new_password, kept_id=session_id, now=now)
        audit.record(Action.PASSWORD_CHANGED, whom_id=user_id)
    return locked


def request_password_reset(*, identifier: str, device: Device) -> None:
    """A link to whoever has this username, e-mail or phone; the caller learns nothing, in words or in time.

    There is an event even for nobody, and for somebody who was sent enough links. Raises RateLimited (per address
    only), ServiceUnavailable.
    """
    with refusal_recorded():
        count_reset(address=device.address)
    user = queries.user_to_log_in(identifier)
    user_id = user.pk if user else None
    may_have_link = may_have_reset_link(identifier=identifier, user=user, device=device)
    with transaction.atomic():
        audit.record(Action.PASSWORD_RESET_ASKED, whom_id=user_id)
        record(PasswordResetRequested(user_id=user_id if may_have_link else None))


def reset_password(*, code: str, password: str, device: Device, now: datetime) -> None:
    """Works once; every session ends, and logging in takes the second step as ever.

    Raises ResetLinkInvalid, InvalidInput for a weak password (the code is then still good).
    """
    with transaction.atomic():
        user = (
            User.objects.select_for_update(no_key=True)
            .filter(pk=reset_links.user_id_in(code) or 0, is_active=True)
            .first()
        )
        if user is None or not reset_links.is_good(code, user, now=now):
            raise ResetLinkInvalid
        check_new_password(password, user=user)
        _confirm_address(user, now=now)
        _set(user, password, now=now)
        audit.record(Action.PASSWORD_RESET, who_id=user.pk, whom_id=user.pk)
    forget_guesses(user=user, address=device.address)


def check_new_password(password: str, *, user: User, field: str = "password") -> None:
    """Raises InvalidInput with what is wrong with it."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(errors={field: error.messages}) from error


def _confirm_address(user: User, *, now: datetime) -> None:
    """The link was sent there, and void had the address changed."""
    field = "phone_verified_at" if reset_links.channel_for(user) == User.Channel.SMS else "email_verified_at"
    if getattr(user, field) is None:
        setattr(user, field, now)
        user.save(update_fields=[field])


def _set(user: User, password: str, *, now: datetime, kept_id: str | None = None) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    end_all_sessions(user_id=user.pk, now=now, reason="password changed", kept_id=kept_id)
    _tell(user, now=now)


def _tell(user: User, *, now: datetime) -> None:
    body: Any = _(
        "Your account has a new password, and its other devices were logged out. If that was not you, set another "
        "password at once: on the login page, choose “Forgotten your password?”."
    )
    notify(
        user_id=user.pk,
        kind=Kind.ACCOUNT,
        key=f"password-changed:{now.isoformat()}",
        title=_("Your password was changed"),
        body=body,
        url="/password/reset/",
    )
