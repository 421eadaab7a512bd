"""Secrets that must be read again (a bank account, an authenticator's key) are kept encrypted in the database.

`ENCRYPTION_KEYS` are tried in turn and the first one encrypts: a new key is put in front, `manage.py rotate_keys`
writes everything anew, then the old key may go.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


class EncryptedTextField(models.TextField):
    """Text that the database sees only as authenticated ciphertext: it can't be searched or compared there."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value


def encrypt(text: str) -> str:
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Raises cryptography.fernet.InvalidToken when no key fits."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(ciphertext.encode()).decode()


@lru_cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    """The settings are passphrases of any form; a Fernet key is 32 bytes."""
    return MultiFernet(Fernet(urlsafe_b64encode(sha256(key.encode()).digest())) for key in keys)
