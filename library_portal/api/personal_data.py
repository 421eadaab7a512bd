"""Answers kept for `Idempotency-Key` may speak of the person: they go with the account (docs/privacy.md)."""

from datetime import datetime

from library_portal.api.models import KeptAnswer
from library_portal.personal_data import erases


@erases
def forget_kept_answers(user_id: int, now: datetime) -> None:
    KeptAnswer.objects.filter(user_id=user_id).delete()
