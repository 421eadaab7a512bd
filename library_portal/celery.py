"""The Celery application: three queues, one worker each (architecture.md, "Events")."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "library_portal.settings")

app = Celery("library_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
