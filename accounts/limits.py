"""How often a person or an address may ask for codes and guess passwords. The numbers are in the settings."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache

from accounts.queries import folded, user_by_identifier
from library_portal import audit
from library_portal.addresses import address_block
from library_portal.audit.models import Action
from library_portal.errors import RateLimited, ServiceUnavailable
from library_portal.origin import current_origin
from library_portal.ratelimit import Limits, Quota, hit, withdraw

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


class PasswordGuess:
    """A password about to be tried, counted beforehand so that simultaneous guesses count too.

    The account's own limit is wide and the one per account and address narrow: a stranger's guesses do not lock its
    owner out. Without Redis nothing is counted; Argon2 alone slows the guessing then.
    """

    def __init__(self, *, identifier: str, address: str | None) -> None:
        account, place = sha256(folded(identifier).encode()).hexdigest(), address_block(address)
        self._quotas = (
            Quota("password:pair", f"{account}:{place}", settings.PASSWORD_GUESS_LIMITS),
            Quota("password:account", account, settings.PASSWORD_GUESS_LIMITS_PER_ACCOUNT),
            *_per_address("password:address", address, settings.PASSWORD_GUESS_LIMITS_PER_ADDRESS),
        )
        self._hit_id, self._identifier = "", identifier

    def count(self) -> None:
        """Raises RateLimited."""
        try:
            self._hit_id = hit(*self._quotas)
        except ServiceUnavailable:
            logger.warning("Redis is away: password guesses are not counted")
        except RateLimited:
            with refusal_recorded(whom_id=self._aimed_at()):
                raise

    def was_right(self) -> None:
        """The password was right, so this was no guess."""
        try:
            withdraw(self._hit_id, *self._quotas)
        except ServiceUnavailable:
            logger.warning("Redis is away: password guesses are not counted")

    def _aimed_at(self) -> int | None:
        user = user_by_identifier(self._identifier)
        return user and user.pk


def _per_address(scope: str, address: str | None, limits: Limits) -> list[Quota]:
    return [Quota(scope, address_block(address), limits)] if settings.RATE_LIMIT_PER_ADDRESS else []
