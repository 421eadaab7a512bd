from celery import shared_task
from django.utils import timezone

from library_portal.api import idempotency


@shared_task
def forget_kept_answers() -> int:
    return idempotency.forget_old(now=timezone.now())
