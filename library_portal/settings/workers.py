"""The broker, the queues, and what is done by the clock."""

from datetime import timedelta

from celery.schedules import crontab
from kombu import Exchange, Queue

from library_portal.settings.environment import VAR_DIR, env, required

BROKER_URL = required("BROKER_URL")
BROKER_IS_RABBITMQ = BROKER_URL.startswith(("amqp://", "amqps://"))
EVENTS_EXCHANGE = "library.events"
WORK_QUEUES = ("search", "notifications", "circulation")
DELIVERY_LEASE_SECONDS: int = env.int("DELIVERY_LEASE_SECONDS", default=60)
DELIVERY_MAX_ATTEMPTS: int = env.int("DELIVERY_MAX_ATTEMPTS", default=10)

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# `library_portal.celery` closes connections when they are old or broken, not after so many tasks.
CELERY_DB_REUSE_MAX = 2**31
CELERY_TASK_DEFAULT_QUEUE = "circulation"
CELERY_TASK_DEFAULT_EXCHANGE = "library.work"
CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_QUEUES = [
    Queue(
        name,
        Exchange("library.work", type="topic", durable=True),
        routing_key=f"{name}.#",
        queue_arguments={"x-queue-type": "quorum"} if BROKER_IS_RABBITMQ else None,
    )
    for name in WORK_QUEUES
]
CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True} if BROKER_IS_RABBITMQ else {"visibility_timeout": 300}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "expire-holds": {"task": "reservations.tasks.expire_holds", "schedule": timedelta(minutes=1)},
    "sweep-free-copies": {"task": "reservations.tasks.sweep_free_copies", "schedule": timedelta(minutes=5)},
    "end-periods": {"task": "subscriptions.tasks.end_periods", "schedule": timedelta(minutes=1)},
    "remind-of-ends": {"task": "subscriptions.tasks.remind_of_ends", "schedule": timedelta(minutes=10)},
    "sweep-payments": {"task": "subscriptions.tasks.sweep_payments", "schedule": timedelta(minutes=3)},
    "forget-provider-events": {
        "task": "subscriptions.tasks.forget_provider_events",
        "schedule": crontab(hour=4, minute=30),
    },
    "follow-library-calendar": {
        "task": "reservations.tasks.follow_library_calendar",
        "schedule": timedelta(hours=1),
    },
    "check-queues": {"task": "reservations.tasks.check_queues", "schedule": crontab(hour=4, minute=20)},
    "daily-notices": {
        "task": "reservations.tasks.send_daily_notices",
        "schedule": crontab(minute=5),
        "options": {"queue": "notifications", "routing_key": "notifications.daily"},
    },
    "forget-loans": {"task": "reservations.tasks.forget_loans", "schedule": crontab(hour="2-4", minute="*/10")},
    "fetch-covers": {"task": "books.tasks.fetch_covers", "schedule": timedelta(minutes=10)},
    "delete-unused-pictures": {"task": "books.tasks.delete_unused_pictures", "schedule": crontab(hour=4, minute=10)},
    "prune-outbox": {"task": "library_portal.outbox.tasks.prune_outbox", "schedule": timedelta(hours=6)},
    "delete-unconfirmed-accounts": {
        "task": "accounts.tasks.delete_unconfirmed_accounts",
        "schedule": crontab(hour=3, minute=10),
    },
    "forget-old-sessions": {"task": "accounts.tasks.forget_old_sessions", "schedule": crontab(hour=3, minute=20)},
    "clear-browser-sessions": {"task": "accounts.tasks.clear_browser_sessions", "schedule": crontab(hour=3, minute=30)},
    "prune-audit-log": {"task": "library_portal.audit.tasks.prune_audit_log", "schedule": crontab(hour=3, minute=40)},
    "forget-kept-answers": {"task": "library_portal.api.tasks.forget_kept_answers", "schedule": timedelta(hours=1)},
    "give-up-imports": {"task": "books.tasks.give_up_imports", "schedule": timedelta(minutes=10)},
    "delete-imported-files": {"task": "books.tasks.delete_imported_files", "schedule": crontab(hour=3, minute=50)},
}
