"""Once a day, to everybody on the staff: what awaits them. Nothing to say is not said."""

from datetime import datetime

from django.urls import reverse

import accounts.queries
from library_portal.notifications import notify
from library_portal.notifications.languages import speaking_to
from library_portal.notifications.models import Kind
from reservations.notices.staff import ToDo, staff_digest, subject_on, to_do


def tell_staff(*, now: datetime) -> int:
    """Returns how many were told now; who was told today is not told again."""
    awaits = to_do(now=now)
    return sum(_tell(user_id, awaits) for user_id in accounts.queries.active_staff()) if awaits else 0


def _tell(user_id: int, awaits: ToDo) -> bool:
    with speaking_to(user_id):
        words = staff_digest(awaits)
    return notify(
        user_id=user_id,
        kind=Kind.STAFF_DIGEST,
        key=f"staff-digest:{awaits.today.isoformat()}",
        title=words.title,
        body=words.body,
        url=f"{reverse('admin:reservations_reservation_changelist')}?overdue=yes",
        subject=subject_on(awaits.today),
    )
