"""From a dry run to the import itself."""

import uuid
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from books.importing.jobs import Wishes, create_job
from books.importing.models import ImportJob
from library_portal.errors import PortalError

# The same dry run gives the same key, however often it is asked for.
_NAMESPACE = uuid.UUID("6f1c7f0e-8f5f-4a0c-9a53-0d6d3a1c9a77")


class CannotRepeat(PortalError):
    code = "conflict"
    status = 409
    title = _("Only a dry run whose file is still here can be done for real.")


def do_for_real(*, job_id: int, started_by_id: int | None, now: datetime) -> ImportJob:
    """The import that the dry run tried, once. Raises CannotRepeat."""
    dry = ImportJob.objects.filter(pk=job_id, is_dry_run=True, status=ImportJob.Status.DONE).exclude(upload="").first()
    if dry is None:
        raise CannotRepeat
    wishes = Wishes(
        format=dry.format,
        profile=dry.profile,
        encoding=dry.encoding,
        columns=dry.columns,
        on_match=dry.on_match,
        copies=dry.copies,
    )
    with dry.upload.open("rb") as upload:
        return create_job(
            file_name=dry.file_name,
            upload=upload,
            started_by_id=started_by_id,
            wishes=wishes,
            key=uuid.uuid5(_NAMESPACE, str(dry.pk)),
            now=now,
        )
