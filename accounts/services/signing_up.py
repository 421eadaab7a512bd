"""Signing up: anybody becomes a customer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.utils.translation import gettext_lazy as _

from accounts import queries
from accounts.events import AddressClaimed, UserCreated
from accounts.limits import count_sign_up, refusal_recorded
from accounts.models import UNCONFIRMED, Session, User
from accounts.roles import join_group
from accounts.services.claims import take_unconfirmed
from accounts.services.logging_in import Challenge, request_code
from accounts.services.passwords import check_new_password
from accounts.services.sessions import Device
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput
from library_portal.notifications.sms import sms_is_available
from library_portal.outbox import record

USERNAME_CONSTRAINT = "user_username_unique_ignoring_case"


@dataclass(frozen=True)
class SignedUp:
    """`email` and `phone` are what was asked for, whether or not they belong to somebody else."""

    user_id: int
    username: str
    email: str | None
    phone: str | None
    challenge: Challenge


def sign_up(
    *, username: str, password: str, device: Device, now: datetime, email: str = "", phone: str = ""
) -> SignedUp:
    """A new customer, whose first code goes to the e-mail or else to the phone: only that one is kept, the other
    may be added later, confirmed by its own code.

    Nobody learns whether an e-mail or phone has an account: where it has, the new account gets no address, its code
    goes nowhere, and the address's owner is told. Who only named an address and never showed that it is theirs gives
    it up to the next who names it. A username that is taken is said to be: it is a public name.
    Raises InvalidInput, RateLimited, ServiceUnavailable.
    """
    user = _validated(username=username, password=password, email=email, phone=phone)
    user.joined_at = now
    wanted = {"email": user.email, "phone": str(user.phone) if user.phone else None}
    with refusal_recorded():
        count_sign_up(address=device.address)
    user.set_password(password)
    with refusal_recorded(), transaction.atomic():
        _take_turns(user)
        owner = _insert(user)
        join_group(user)
        record(UserCreated(user_id=user.pk, role=user.role))
        audit.record(Action.SIGNED_UP, who_id=user.pk, whom_id=user.pk)
        challenge = request_code(user=user, device=device)
        record(AddressClaimed(user_id=owner.pk if owner else None, on=now.date().isoformat()))
    return SignedUp(user.pk, user.username, **wanted, challenge=challenge)


def _validated(*, username: str, password: str, email: str, phone: str) -> User:
    phone = "" if email else phone
    user = User(username=User.normalize_username(username), email=email or None, phone=phone or None)
    user.code_channel = User.Channel.EMAIL if email else User.Channel.SMS
    user.self_registered = True
    errors: dict[str, list[Any]] = {}
    if not (email or phone):
        errors["email"] = [_("Give an e-mail address or a phone number.")]
    elif not (email or sms_is_available()):
        errors["email"] = [_("Give an e-mail address: this library sends no text messages.")]
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        errors |= error.message_dict
    try:
        check_new_password(password, user=user)
    except InvalidInput as error:
        errors |= error.extra["errors"]
    if errors:
        raise InvalidInput(errors=errors)
    return user


def _take_turns(user: User) -> None:
    """Sign-ups that name the same address go one after the other: two that take it from a third would deadlock."""
    address = str(user.email or user.phone).lower()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-up {address}"])


def _insert(user: User) -> User | None:
    """With the address, unless it has an owner, who is the answer. It is the same work either way.

    The unique indexes decide: simultaneous sign-ups are told what they would be told one after the other.
    """
    owner = _owner(str(user.email or user.phone))
    if owner:
        user.email = user.phone = None
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        if _broken_constraint(error) == USERNAME_CONSTRAINT:
            raise InvalidInput(errors={"username": [_("This username is taken.")]}) from error
        return _insert(user)  # in this moment somebody confirmed the address
    return owner


def _owner(address: str) -> User | None:
    """Who has it; other sign-ups that only named it have given it up."""
    take_unconfirmed(address)
    return queries.user_by_identifier(address)


def _broken_constraint(error: IntegrityError) -> str | None:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


def delete_unconfirmed(*, now: datetime) -> int:
    """Sign-ups that no code confirmed in `UNVERIFIED_ACCOUNT_DAYS`, except where anything refers to them. How many."""
    before = now - timedelta(days=settings.UNVERIFIED_ACCOUNT_DAYS)
    old = User.objects.filter(UNCONFIRMED, last_login=None, joined_at__lt=before)
    without_sessions = old.filter(~Exists(Session.objects.filter(user=OuterRef("pk"))))
    return sum(_delete(user_id) for user_id in without_sessions.values_list("pk", flat=True))


@transaction.atomic
def _delete(user_id: int) -> bool:
    """Looks again under the lock: a code may have come in meanwhile."""
    user = User.objects.select_for_update().filter(UNCONFIRMED, pk=user_id).first()
    try:
        return bool(user and user.delete())
    except ProtectedError:  # loans or money: an account that somebody cares about
        return False
