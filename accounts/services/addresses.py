"""E-mail and phone: a new one takes its place once a code sent to it has come back.

An address is where codes and new passwords go, a key to the account. So whoever begins a change has given the password
lately (`require_confirmed`, asked by the callers), the address that was there is told, and other sessions end.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import codes, queries
from accounts.codes import ADDRESS, OtpExpired
from accounts.events import AddressClaimed, OtpRequested
from accounts.limits import count_code
from accounts.models import User
from accounts.services.claims import take_unconfirmed, vouch
from accounts.services.locks import locked
from accounts.services.sessions import Device, end_all_sessions
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput, PortalError
from library_portal.notifications import notify
from library_portal.notifications.languages import speaking_to
from library_portal.notifications.models import Kind
from library_portal.notifications.sms import SmsNotAvailable, sms_is_available
from library_portal.outbox import record

EMAIL, SMS = User.Channel.EMAIL.value, User.Channel.SMS.value
FIELDS = {EMAIL: "email", SMS: "phone"}
CHANGED = {EMAIL: Action.EMAIL_CHANGED, SMS: Action.PHONE_CHANGED}
CHANGED_TITLES = {EMAIL: _("Your e-mail address was changed"), SMS: _("Your phone number was changed")}
CHANGED_BODY = _(
    "It was changed or removed, and other devices were logged out. If that was not you, change your password at once, "
    "and ask the library for help if you can no longer log in."
)


class AddressTaken(PortalError):
    """Somebody else confirmed this address first."""

    code = "conflict"
    status = 409
    title = _("This address belongs to another account by now.")


@dataclass(frozen=True)
class AddressConfirmation:
    """A code is on its way to the new address, as far as anybody learns; `expires_in` is in seconds."""

    confirmation_id: str
    channel: str
    address: str
    expires_in: int


def change_address(
    *, user_id: int, channel: str, address: str, device: Device, now: datetime
) -> AddressConfirmation | None:
    """Ask for a code to a new address; until it comes back nothing changes. None when it is theirs, confirmed, already.

    Nobody learns whether an address has an account: where it has, no code goes out and its owner is told.
    Raises InvalidInput, RateLimited, ServiceUnavailable (also where no SMS can be sent).
    """
    if channel == SMS and not sms_is_available():
        raise SmsNotAvailable
    user, wanted = queries.user(user_id=user_id), _cleaned(channel, address)
    if wanted == user.verified_address_for(channel):
        return None
    count_code(user_id=user_id, address=device.address)
    seal = _seal(user, channel)
    confirmation_id, issue = codes.open_login(
        user_id=user_id, channel=channel, seal=seal, purpose=ADDRESS, address=wanted
    )
    with transaction.atomic():
        owner = queries.other_owner(address=wanted, user_id=user_id)
        record(AddressClaimed(user_id=owner.pk if owner else None, on=now.date().isoformat()))
        return _code_on_its_way(confirmation_id, codes.PendingLogin(user_id, channel, seal, wanted), issue)


def resend_address_code(*, user_id: int, confirmation_id: str, device: Device) -> AddressConfirmation:
    """A new code; the one before it is void. Raises OtpExpired, RateLimited, ServiceUnavailable."""
    pending = _own(user_id, confirmation_id)
    count_code(user_id=user_id, address=device.address)
    issue = codes.reissue(login_id=confirmation_id, purpose=ADDRESS)
    with transaction.atomic():
        return _code_on_its_way(confirmation_id, pending, issue)


def confirm_address(*, user_id: int, confirmation_id: str, code: str, session_id: str, now: datetime) -> User:
    """The new address takes its place, confirmed; the session this happens in goes on, the person's others end.

    A change begun before a newer one, or before the password changed, is over. Raises OtpInvalid, OtpExpired,
    AddressTaken, ServiceUnavailable.
    """
    _own(user_id, confirmation_id)
    pending = codes.redeem(login_id=confirmation_id, code=code, purpose=ADDRESS)
    take_unconfirmed(pending.address, user_id=user_id)  # before the own row is locked: no two wait for each other
    with transaction.atomic():
        user = locked(user_id)
        if not user.is_active or pending.seal != _seal(user, pending.channel):
            raise OtpExpired
        return _put(user, pending.channel, pending.address, verified=True, now=now, session_id=session_id)


def remove_address(*, user_id: int, channel: str, session_id: str, now: datetime) -> User:
    """Raises InvalidInput when no other confirmed address would remain."""
    other = SMS if channel == EMAIL else EMAIL
    with transaction.atomic():
        user = locked(user_id)
        if not user.address_for(channel):
            return user
        if not user.verified_address_for(other):
            refusal = _("This is the only confirmed address of your account. Add and confirm another one first.")
            raise InvalidInput(errors={FIELDS[channel]: [refusal]})
        return _put(user, channel, "", verified=False, now=now, session_id=session_id)


def set_address(*, user_id: int, channel: str, address: str, verified: bool, now: datetime) -> User:
    """For staff: put an address in place, or take it away with "", without a code. All sessions of the person end.

    An address that stays the same keeps its sessions. Raises UserNotFound, InvalidInput, AddressTaken.
    """
    wanted = _cleaned(channel, address) if address else ""
    if wanted and verified:
        take_unconfirmed(wanted, user_id=user_id)
    with transaction.atomic():
        user = locked(user_id)
        vouch(user)
        return _put(user, channel, wanted, verified=verified, now=now, session_id=None)


def _put(user: User, channel: str, address: str, *, verified: bool, now: datetime, session_id: str | None) -> User:
    former, is_new = user.verified_address_for(channel), address != user.address_for(channel)
    field = FIELDS[channel]
    setattr(user, field, address or None)
    setattr(user, f"{field}_verified_at", now if verified and address else None)
    user.code_channel = _channel_for_codes(user)
    try:
        with transaction.atomic():
            user.save(update_fields=[field, f"{field}_verified_at", "code_channel"])
    except IntegrityError as error:
        raise AddressTaken from error
    if is_new:
        _follow_change(user, channel, former, session_id=session_id, now=now)
    return user


def _follow_change(user: User, channel: str, former: str, *, session_id: str | None, now: datetime) -> None:
    """The address that was there hears of it: should a thief have changed it, that is its owner's only sign."""
    audit.record(CHANGED[channel], whom_id=user.pk)
    end_all_sessions(user_id=user.pk, now=now, reason="address changed", kept_id=session_id)
    with speaking_to(user.pk):
        notify(
            user_id=user.pk,
            kind=Kind.ACCOUNT,
            key=f"address-changed:{channel}:{now.isoformat()}",
            title=CHANGED_TITLES[channel],
            body=CHANGED_BODY,
            url="/me/profile/",
            former_address=former,
        )


def _channel_for_codes(user: User) -> str:
    """As chosen, unless only the other channel leads to a confirmed address; without any, to one that can be."""
    chosen, other = user.code_channel, SMS if user.code_channel == EMAIL else EMAIL
    if user.verified_address_for(chosen) or not user.address_for(other):
        return chosen
    return other if user.verified_address_for(other) or not user.address_for(chosen) else chosen


def _own(user_id: int, confirmation_id: str) -> codes.PendingLogin:
    """Nobody uses up the tries of another person's code."""
    pending = codes.pending(login_id=confirmation_id, purpose=ADDRESS)
    if pending.user_id != user_id:
        raise OtpExpired
    return pending


def _code_on_its_way(confirmation_id: str, pending: codes.PendingLogin, issue: int) -> AddressConfirmation:
    user_id, channel = pending.user_id, pending.channel
    record(OtpRequested(login_id=confirmation_id, user_id=user_id, channel=channel, issue=issue, purpose=ADDRESS))
    audit.record(Action.CODE_SENT, whom_id=user_id, channel=channel, purpose=ADDRESS)
    return AddressConfirmation(confirmation_id, channel, pending.address, settings.ONE_TIME_CODE_SECONDS)


def _cleaned(channel: str, address: str) -> str:
    field: Any = User._meta.get_field(FIELDS[channel])
    try:
        return str(field.clean(address, None))
    except ValidationError as error:
        raise InvalidInput(errors={FIELDS[channel]: error.messages}) from error


def _seal(user: User, channel: str) -> str:
    """Changes with the password and the present address."""
    return salted_hmac("new-address", f"{user.password} {user.address_for(channel)}", algorithm="sha256").hexdigest()
