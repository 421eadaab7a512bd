"""What is cleared away every night."""

from celery import shared_task
from django.utils import timezone

from accounts import services
from accounts.web_session_store import SessionStore


@shared_task
def delete_unconfirmed_accounts() -> int:
    return services.delete_unconfirmed(now=timezone.now())


@shared_task
def forget_old_sessions() -> int:
    return services.forget_old_sessions(now=timezone.now())


@shared_task
def clear_browser_sessions() -> None:
    """Django's own rows, which are useless once they have expired."""
    SessionStore.clear_expired()
