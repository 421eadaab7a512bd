from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from library_portal.audit.models import AuditEntry

BATCH = 10_000


@shared_task
def prune_audit_log() -> int:
    """Security events are personal data too: kept long enough to look back over a year, `AUDIT_LOG_DAYS`."""
    old = AuditEntry.objects.filter(at__lt=timezone.now() - timedelta(days=settings.AUDIT_LOG_DAYS))
    total = 0
    while batch := list(old.order_by("at").values_list("pk", flat=True)[:BATCH]):
        total += AuditEntry.objects.filter(pk__in=batch).delete()[0]
    return total
