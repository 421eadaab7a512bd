from django.db.models import QuerySet

from library_portal.audit.models import AuditEntry


def about(*, user_id: int, limit: int) -> QuerySet[AuditEntry]:
    """What happened to this account, newest first."""
    return AuditEntry.objects.filter(whom_id=user_id).order_by("-id")[:limit]
