"""What happens to people."""

from dataclasses import dataclass
from typing import ClassVar

from library_portal.outbox import Event


@dataclass(frozen=True)
class UserCreated(Event):
    name: ClassVar[str] = "user.created"
    user_id: int
    role: str


@dataclass(frozen=True)
class UserDeactivated(Event):
    name: ClassVar[str] = "user.deactivated"
    user_id: int


@dataclass(frozen=True)
class UserDeleted(Event):
    """Whoever keeps something of this person erases it now, as the portal has."""

    name: ClassVar[str] = "user.deleted"
    user_id: int


@dataclass(frozen=True)
class OtpRequested(Event):
    """The code itself is in no event: the handler derives it from `login_id` and `issue`."""

    name: ClassVar[str] = "otp.requested"
    login_id: str
    user_id: int
    channel: str
    issue: int
    purpose: str = "login"


@dataclass(frozen=True)
class AddressClaimed(Event):
    """Somebody signed up with an e-mail or phone that belongs to `user_id`, or wants it for another account. Null where
    it is nobody's: strangers must not tell by time."""

    name: ClassVar[str] = "user.address_claimed"
    user_id: int | None
    on: str  # the day, so that its owner hears of it once a day


@dataclass(frozen=True)
class PasswordResetRequested(Event):
    """The link is made when it is sent. `user_id` is null where nothing will be sent: strangers must not tell by time
    whether somebody is there."""

    name: ClassVar[str] = "user.password_reset_requested"
    user_id: int | None
