from typing import Any

from django.db.models import QuerySet

from library_portal.audit.models import AuditEntry


def about(*, user_id: int, limit: int) -> QuerySet[AuditEntry]:
    """What happened to this account, newest first."""
    return AuditEntry.objects.filter(whom_id=user_id).order_by("-id")[:limit]


def last_about(*, user_id: int, action: str, details: dict[str, Any]) -> AuditEntry | None:
    """The newest of this action done to this account whose details hold these."""
    entries = AuditEntry.objects.filter(whom_id=user_id, action=action, details__contains=details)
    return entries.order_by("-id").first()


def all_about(*, user_id: int, action: str, details: dict[str, Any], limit: int) -> QuerySet[AuditEntry]:
    """What was done to this account, newest first: this action with these details."""
    entries = AuditEntry.objects.filter(whom_id=user_id, action=action, details__contains=details)
    return entries.select_related("who").order_by("-id")[:limit]
