"""How often a person or an address may ask for codes and links and guess passwords. The numbers are in the settings."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache

from accounts.known_devices import Device, is_known_place
from accounts.models import User
from accounts.queries import folded
from library_portal import audit
from library_portal.addresses import address_block
from library_portal.audit.models import Action
from library_portal.errors import RateLimited, ServiceUnavailable
from library_portal.origin import current_origin
from library_portal.ratelimit import Limits, Quota, forget, hit, withdraw

logger = logging.getLogger(__name__)


@contextmanager
def refusal_recorded(*, whom_id: int | None = None) -> Iterator[None]:
    """Around a use case that a limit may stop, and outside its transaction: the refusal is written down, once until
    the limit lets somebody through again, so that hammering does not fill the audit log."""
    try:
        yield
    except RateLimited as error:
        subject = f"{whom_id}:{address_block(current_origin().address)}"
        if cache.add(f"audit:limit:{subject}", True, timeout=error.retry_after):
            audit.record(Action.TOO_MANY_TRIES, whom_id=whom_id)
        raise


def count_code(*, user_id: int, address: str | None) -> None:
    """One more code for this person, asked for from there. Raises RateLimited, ServiceUnavailable."""
    hit(
        Quota("code:user", str(user_id), settings.ONE_TIME_CODE_LIMITS),
        *_per_address("code:address", address, settings.ONE_TIME_CODE_LIMITS),
    )


def count_sign_up(*, address: str | None) -> None:
    """Before the password is hashed, which costs. Raises RateLimited, ServiceUnavailable."""
    hit(*_per_address("sign-up:address", address, settings.SIGN_UP_LIMITS_PER_ADDRESS))


def count_reset(*, address: str | None) -> None:
    """One more reset link asked for from there. Raises RateLimited, ServiceUnavailable."""
    hit(*_per_address("reset:address", address, settings.PASSWORD_RESET_LIMITS_PER_ADDRESS))


def may_have_reset_link(*, identifier: str, user: User | None, device: Device) -> bool:
    """Counts a link for this person; False when there were enough, which whoever asks is not told.

    From a known place it is counted apart: strangers can't use up the owner's links. Raises ServiceUnavailable.
    """
    subject = str(user.pk) if user else _account(identifier)
    if _is_known(user, device):
        subject += f":{address_block(device.address)}"
    try:
        hit(Quota("reset:person", subject, settings.PASSWORD_RESET_LIMITS))
    except RateLimited:
        return False
    return True


class PasswordGuess:
    """A password about to be tried for `user` (None where nobody has that name), counted beforehand so that
    simultaneous guesses count too.

    Counted per account and address, per account from anywhere, and per address. A known place is free of the
    account-wide limit, and a known browser has a limit of its own only: strangers can't lock an owner out. The account
    is what was typed, not whom it names: limits must not tell which names belong together. Without Redis nothing is
    counted; Argon2 alone slows the guessing then.
    """

    def __init__(self, *, identifier: str, user: User | None, device: Device) -> None:
        self._quotas = _guess_quotas(_account(identifier), user, device)
        self._hit_id, self._aimed_at = "", user.pk if user else None

    def count(self) -> None:
        """Raises RateLimited."""
        try:
            self._hit_id = hit(*self._quotas)
        except ServiceUnavailable:
            logger.warning("Redis is away: password guesses are not counted")
        except RateLimited:
            with refusal_recorded(whom_id=self._aimed_at):
                raise

    def was_right(self) -> None:
        """The password was right, so this was no guess."""
        try:
            withdraw(self._hit_id, *self._quotas)
        except ServiceUnavailable:
            logger.warning("Redis is away: password guesses are not counted")


def forget_guesses(*, user: User, address: str | None) -> None:
    """Whoever set a new password by a link starts afresh, from anywhere and from there, under each of their names."""
    accounts = [_account(str(name)) for name in (user.username, user.email, user.phone) if name]
    try:
        forget(*(quota for account in accounts for quota in (_from_anywhere(account), _from_there(account, address))))
    except ServiceUnavailable:
        logger.warning("Redis is away: password guesses are not counted")


def _guess_quotas(account: str, user: User | None, device: Device) -> list[Quota]:
    if user and (number := device.number_for(user.pk)):
        return [Quota("password:device", number, settings.PASSWORD_GUESS_LIMITS)]
    per_address = _per_address("password:address", device.address, settings.PASSWORD_GUESS_LIMITS_PER_ADDRESS)
    narrow = [_from_there(account, device.address), *per_address]
    return narrow if _is_known(user, device) else [_from_anywhere(account), *narrow]


def _is_known(user: User | None, device: Device) -> bool:
    user_id = user.pk if user else None
    return bool(device.number_for(user_id)) or is_known_place(user_id=user_id, address=device.address)


def _account(identifier: str) -> str:
    return sha256(folded(identifier).encode()).hexdigest()


def _from_anywhere(account: str) -> Quota:
    return Quota("password:account", account, settings.PASSWORD_GUESS_LIMITS_PER_ACCOUNT)


def _from_there(account: str, address: str | None) -> Quota:
    return Quota("password:pair", f"{account}:{address_block(address)}", settings.PASSWORD_GUESS_LIMITS)


def _per_address(scope: str, address: str | None, limits: Limits) -> list[Quota]:
    return [Quota(scope, address_block(address), limits)] if settings.RATE_LIMIT_PER_ADDRESS else []
