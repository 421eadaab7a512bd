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
class OtpRequested(Event):
    """The code itself is in no event: the handler derives it from `login_id` and `issue`."""

    name: ClassVar[str] = "otp.requested"
    login_id: str
    user_id: int
    channel: str
    issue: int


@dataclass(frozen=True)
class AddressClaimed(Event):
    """Somebody signed up with an e-mail or phone that belongs to `user_id`."""

    name: ClassVar[str] = "user.address_claimed"
    user_id: int
    on: str  # the day, so that its owner hears of it once a day
