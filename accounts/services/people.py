"""What an admin, or people themselves, change about an account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.events import UserCreated, UserDeactivated
from accounts.models import STAFF_ROLES, Role, User
from accounts.roles import join_group
from accounts.services.addresses import set_address
from accounts.services.claims import vouch
from accounts.services.locks import locked
from accounts.services.sessions import end_all_sessions
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import Forbidden, InvalidInput
from library_portal.outbox import record

CHANNELS = {"email": User.Channel.EMAIL.value, "phone": User.Channel.SMS.value}


class OnOneself(Forbidden):
    """Nobody takes away their own access by mistake, and so there is always an admin left."""

    title = _("Another admin must do this to your own account.")


def add_person(*, user: User, password: str | None, now: datetime) -> User:
    """Save a new account with the role it has; only staff and commands add people other than by sign-up."""
    user.set_password(password)
    user.joined_at = now
    with transaction.atomic():
        _apply_role(user, user.role)
        user.save(force_insert=True)
        join_group(user)
        record(UserCreated(user_id=user.pk, role=user.role))
        audit.record(Action.PERSON_ADDED, whom_id=user.pk, role=user.role)
    return user


def update_profile(
    *,
    user_id: int,
    first_name: str | None = None,
    last_name: str | None = None,
    language: str | None = None,
    code_channel: str | None = None,
) -> User:
    """None leaves a field as it is. Raises UserNotFound, InvalidInput for a language the portal does not speak and for
    codes by a channel that leads to no confirmed address."""
    if language and language not in dict(settings.LANGUAGES):
        raise InvalidInput(errors={"language": [_("The portal does not speak this language.")]})
    wanted = {"first_name": first_name, "last_name": last_name, "language": language, "code_channel": code_channel}
    changes = {field: value for field, value in wanted.items() if value is not None}
    with transaction.atomic():
        user = locked(user_id)
        if code_channel not in (None, user.code_channel) and not user.verified_address_for(code_channel or ""):
            raise InvalidInput(errors={"code_channel": [_("Confirm an address for this channel first.")]})
        _change(user, changes)
    return user


def change_person(*, user_id: int, now: datetime, **changes: Any) -> User:
    """By staff: any of `username`, `first_name`, `last_name`, `language` and `code_channel`.

    And `email` and `phone` ("" for none), which are then no longer confirmed. Raises UserNotFound, AddressTaken,
    InvalidInput.
    """
    if "username" in changes:
        changes["username"] = User.normalize_username(changes["username"])
    with transaction.atomic():
        user = locked(user_id)
        _change(user, {field: value for field, value in changes.items() if field not in CHANNELS})
        for field, channel in CHANNELS.items():
            if field in changes and changes[field] != user.address_for(channel):
                address = changes[field]
                user = set_address(user_id=user_id, channel=channel, address=address, verified=False, now=now)
    return user


def change_access(
    *, user_id: int, by_id: int, now: datetime, role: str | None = None, is_active: bool | None = None
) -> None:
    """By staff, who may not do it to themselves. None leaves it as it is. Raises OnOneself, UserNotFound."""
    if user_id == by_id:
        raise OnOneself
    with transaction.atomic():
        if role is not None:
            change_role(user_id=user_id, role=role, now=now)
        if is_active is not None:
            reactivate(user_id=user_id) if is_active else deactivate(user_id=user_id, now=now)


def change_role(*, user_id: int, role: str, now: datetime) -> User:
    """Staff need their second step; tokens carry the role, so the old ones end. Raises UserNotFound."""
    with transaction.atomic():
        user = locked(user_id)
        if user.role != role:
            audit.record(Action.ROLE_CHANGED, whom_id=user_id, before=user.role, after=role)
            _apply_role(user, role)
            user.save(update_fields=["role", "is_superuser", "second_step"])
            join_group(user)
            vouch(user)
            end_all_sessions(user_id=user_id, now=now, reason="role changed")
    return user


def deactivate(*, user_id: int, now: datetime) -> None:
    """No more logins, and every session ends. Raises UserNotFound."""
    with transaction.atomic():
        user = locked(user_id)
        if user.is_active:
            user.is_active = False
            user.save(update_fields=["is_active"])
            end_all_sessions(user_id=user_id, now=now, reason="account deactivated")
            audit.record(Action.DEACTIVATED, whom_id=user_id)
            record(UserDeactivated(user_id=user_id))


def reactivate(*, user_id: int) -> None:
    """Raises UserNotFound."""
    with transaction.atomic():
        user = locked(user_id)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            audit.record(Action.REACTIVATED, whom_id=user_id)


def set_password(*, user_id: int, password: str, now: datetime) -> None:
    """Ends every session. Raises UserNotFound."""
    with transaction.atomic():
        user = locked(user_id)
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.record(Action.PASSWORD_CHANGED, whom_id=user_id)
        end_all_sessions(user_id=user_id, now=now, reason="password changed")


def _change(user: User, changes: Mapping[str, Any]) -> None:
    """Only what is new is written, and the audit log has the names of the fields, never what was in them."""
    fields = sorted(field for field, value in changes.items() if getattr(user, field) != value)
    if fields:
        for field in fields:
            setattr(user, field, changes[field])
        user.save(update_fields=fields)
        audit.record(Action.PERSON_CHANGED, whom_id=user.pk, fields=fields)


def _apply_role(user: User, role: str) -> None:
    user.role, user.is_superuser = role, role == Role.ADMIN
    user.second_step = user.second_step or role in STAFF_ROLES
