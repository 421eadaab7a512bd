"""Periodic work; each run is bounded and safe to repeat."""

from celery import shared_task
from django.utils import timezone

from books import services
from books.importing.clearing import delete_old_files, give_up_stuck_jobs

COVERS_AT_ONCE = 30


@shared_task
def fetch_covers() -> int:
    """The pictures of imported books, a few at a time; returns how many came."""
    return services.fetch_missing_covers(limit=COVERS_AT_ONCE, now=timezone.now())


@shared_task
def delete_unused_pictures() -> int:
    """Nightly: what no book shows; returns how many pictures went."""
    return services.delete_unused_pictures()


@shared_task
def give_up_imports() -> int:
    """Imports that nobody works on any more; returns how many."""
    return give_up_stuck_jobs(now=timezone.now())


@shared_task
def delete_imported_files() -> int:
    """Nightly: uploaded files that nobody needs any more; returns how many."""
    return delete_old_files(now=timezone.now())
