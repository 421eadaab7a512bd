from celery import shared_task
from django.utils import timezone

from library_portal.outbox import delivery, pruning


@shared_task
def deliver(delivery_id: int, attempts: int) -> None:
    """One event for one handler. Lost or repeated messages do no harm: PostgreSQL knows what is done."""
    delivery.deliver(delivery_id=delivery_id, attempts=attempts)


@shared_task
def prune_outbox() -> int:
    return pruning.prune(now=timezone.now())
