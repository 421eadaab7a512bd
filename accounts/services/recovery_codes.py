"""Ten codes on paper that stand in for a lost authenticator app, once each. Only their keyed hashes are kept."""

import hmac
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import queries, security_messages
from accounts.codes import OtpInvalid
from accounts.models import RecoveryCode, User
from accounts.services.locks import locked
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import PortalError

HOW_MANY = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # none that could be taken for another
LENGTH, GROUP = 10, 5


class NoAuthenticator(PortalError):
    code = "conflict"
    status = 409
    title = _("No authenticator app is set up.")


def make_recovery_codes(*, user_id: int, now: datetime) -> list[str]:
    """New ones in place of all before; nobody can read them again. Raises NoAuthenticator."""
    with transaction.atomic():
        user = locked(user_id)
        if queries.authenticator(user_id=user_id) is None:
            raise NoAuthenticator
        codes = replace_recovery_codes(user=user)
        audit.record(Action.RECOVERY_CODES_MADE, whom_id=user_id)
        security_messages.recovery_codes_made(user_id=user_id, now=now)
    return codes


def replace_recovery_codes(*, user: User) -> list[str]:
    """Call with the person's row locked."""
    codes = [_new_code() for _number in range(HOW_MANY)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_hash(user.pk, code)) for code in codes)
    return codes


def use_recovery_code(*, user_id: int, code: str, now: datetime) -> None:
    """Of simultaneous submissions one is accepted. Needs an open transaction. Raises OtpInvalid."""
    unused = RecoveryCode.objects.filter(user_id=user_id, code_hash=_hash(user_id, code), used_at=None)
    if not unused.update(used_at=now):
        raise OtpInvalid
    left = queries.recovery_codes_left(user_id=user_id)
    audit.record(Action.RECOVERY_CODE_USED, who_id=user_id, whom_id=user_id, left=left)
    security_messages.recovery_code_used(user_id=user_id, left=left, now=now)


def _new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH))
    return f"{letters[:GROUP]}-{letters[GROUP:]}"


def _hash(user_id: int, code: str) -> str:
    """However it was typed: case, hyphens and spaces do not matter."""
    letters = "".join(filter(str.isalnum, code.lower()))
    return hmac.digest(settings.ONE_TIME_CODE_KEY.encode(), f"recovery\0{user_id}\0{letters}".encode(), "sha256").hex()
