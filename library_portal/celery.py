"""The Celery application: three queues, one worker each (architecture.md, "Events")."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "library_portal.settings")

app = Celery("library_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def keep_good_connections(**_signal: Any) -> None:
    """Between tasks as between requests: a thread keeps its connection to PostgreSQL while it works and is not too old.

    Without `CELERY_DB_REUSE_MAX` in the settings Celery itself would close it after every task.
    """
    close_old_connections()
