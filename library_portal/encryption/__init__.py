"""Secrets that must be read again (a bank account, an authenticator's key) are kept encrypted in the database.

`ENCRYPTION_KEYS` are tried in turn and the first one encrypts: a new key is put in front, `manage.py rotate_keys`
writes everything anew, then the old key may go.
"""

import logging
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from library_portal.errors import ServiceUnavailable

logger = logging.getLogger(__name__)


class Undecipherable(ServiceUnavailable):
    """None of ENCRYPTION_KEYS has encrypted this: the operator must put the missing key back."""

    title = _("This can't be read at the moment. Please tell the library.")


class EncryptedTextField(models.TextField):
    """Text that the database sees only as authenticated ciphertext: it can't be searched or compared there."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Raises Undecipherable when no key fits."""
    try:
        return _keys().decrypt(ciphertext.encode()).decode()
    except InvalidToken as error:
        logger.error("An encrypted value can't be read: ENCRYPTION_KEYS lacks the key it was written with")
        raise Undecipherable from error


def encrypt_anew(ciphertext: str) -> str:
    """With the first key, whichever of them it was. Raises Undecipherable when no key fits."""
    try:
        return _keys().rotate(ciphertext.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def _keys() -> MultiFernet:
    return _fernet(tuple(settings.ENCRYPTION_KEYS))


@lru_cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    """The settings are passphrases of any form; a Fernet key is 32 bytes."""
    return MultiFernet(Fernet(urlsafe_b64encode(sha256(key.encode()).digest())) for key in keys)
