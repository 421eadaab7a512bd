"""What is cleared away by the clock: jobs that nobody works on any more, and files that were read long ago."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from books.importing.importer import OPEN
from books.importing.jobs import end_job
from books.importing.models import ImportJob

AT_ONCE = 500


def give_up_stuck_jobs(*, now: datetime) -> int:
    """Jobs that were begun, and that nobody has worked on for `IMPORT_GIVEN_UP_HOURS`, have failed and say so.

    An uploaded file that waits for its first worker goes on waiting: its event is there.
    """
    before = now - timedelta(hours=settings.IMPORT_GIVEN_UP_HOURS)
    begun = Q(status=ImportJob.Status.RUNNING) | Q(upload="")
    jobs = ImportJob.objects.filter(begun, status__in=OPEN).annotate(alive_at=Coalesce("worked_at", "created_at"))
    stuck = list(jobs.filter(alive_at__lt=before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for job_id in stuck:
        end_job(job_id=job_id, error=_("The import stopped, and nobody went on with it."), now=now)
    return len(stuck)


def delete_old_files(*, now: datetime) -> int:
    """Uploaded files of imports that ended more than `IMPORT_FILES_DAYS` ago; what became of their records stays."""
    before = now - timedelta(days=settings.IMPORT_FILES_DAYS)
    old = ImportJob.objects.filter(~Q(upload=""), finished_at__lt=before).order_by("pk")[:AT_ONCE]
    for job in old:
        job.upload.delete(save=False)
        ImportJob.objects.filter(pk=job.pk).update(upload="")
    return len(old)
