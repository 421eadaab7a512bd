"""Web sessions as Django keeps them, except that the database has a hash where the cookie has the key: who reads the
table can't put on somebody's session."""

from hashlib import sha256
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

LONGEST_KEY = 40  # the column's


class SessionStore(db.SessionStore):
    """The key is random and long, so a plain hash can't be searched."""

    def _get_session_from_db(self) -> Any:
        kept = self.model.objects.filter(pk=hashed(self.session_key or ""), expire_date__gt=timezone.now()).first()
        if kept is None:
            self._session_key = None
        return kept

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        instance = super().create_model_instance(data)
        instance.session_key = hashed(instance.session_key)
        return instance

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(hashed(key))


def hashed(session_key: str) -> str:
    return sha256(session_key.encode()).hexdigest()[:LONGEST_KEY]
