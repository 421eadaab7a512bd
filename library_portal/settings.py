"""Every setting, from the environment. `.env.example` lists the variables that production needs.

`ENVIRONMENT` is `production` unless said otherwise: then no secret has a default, and `check --deploy` is clean.
`manage.py` without `DATABASE_URL` sets it to `development` together with the embedded servers' URLs.
"""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import environ
from celery.schedules import crontab
from csp import constants as csp
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue


def required(name: str) -> str:
    """A variable that has no default. Raises ImproperlyConfigured when it is absent or empty."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set the {name} environment variable")
    return value


BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT: str = env.str("ENVIRONMENT", default="production")
if ENVIRONMENT not in ("development", "test", "production"):
    raise ImproperlyConfigured(f"ENVIRONMENT must be development, test or production, not {ENVIRONMENT!r}")
TESTING = ENVIRONMENT == "test"
PRODUCTION = ENVIRONMENT == "production"
DEBUG = False

SECRET_KEY = required("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ONE_TIME_CODE_KEY: str = env.str("ONE_TIME_CODE_KEY", default=f"one-time-code:{SECRET_KEY}")
TOKEN_KEY: str = env.str("TOKEN_KEY", default=f"token:{SECRET_KEY}")
# The first encrypts, all of them decrypt (library_portal.encryption). What they keep outlives any SECRET_KEY.
if PRODUCTION:
    required("ENCRYPTION_KEYS")
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", default=[f"encryption:{SECRET_KEY}"])

PUBLIC_URL: str = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()

# --- Applications ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "library_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "library_portal.outbox",
    "library_portal.encryption",
    "library_portal.audit",
    "library_portal.notifications",
    "library_portal.api",
    "books",
    "accounts",
    "subscriptions",
    "reservations",
    "authors",
]

MIDDLEWARE = [
    "library_portal.headers.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "library_portal.api.middleware.GuardInput",
    "library_portal.origin.RememberRequest",
    "library_portal.audit.middleware.RecordDenials",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.EndRevokedWebSessions",
    "accounts.middleware.SpeakTheirLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.RememberDevice",
    "library_portal.pages.ShowRefusals",
]

ROOT_URLCONF = "library_portal.urls"
WSGI_APPLICATION = "library_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"interface": "library_portal.interface"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "library_portal.notifications.context.unread_count",
            ],
        },
    },
]

# --- Stores ----------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url_config(required("DATABASE_URL"), engine="django.db.backends.postgresql")}
DATABASES["default"] |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600), "CONN_HEALTH_CHECKS": True}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL")
REDIS_TIMEOUT_SECONDS: float = env.float("REDIS_TIMEOUT_SECONDS", default=1.0)
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT_SECONDS,
            "SOCKET_TIMEOUT": REDIS_TIMEOUT_SECONDS,
        },
    }
}

MONGO_URL: str = env.str("MONGO_URL", default="")
MONGO_TIMEOUT_MS: int = env.int("MONGO_TIMEOUT_MS", default=500)
MONGO_SOCKET_TIMEOUT_MS: int = env.int("MONGO_SOCKET_TIMEOUT_MS", default=10_000)

# --- Events and workers ----------------------------------------------------------------------------------

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
    "forget-loans": {"task": "reservations.tasks.forget_loans", "schedule": crontab(hour="2-4", minute="*/10")},
    "prune-outbox": {"task": "library_portal.outbox.tasks.prune_outbox", "schedule": timedelta(hours=6)},
    "delete-unconfirmed-accounts": {
        "task": "accounts.tasks.delete_unconfirmed_accounts",
        "schedule": crontab(hour=3, minute=10),
    },
    "forget-old-sessions": {"task": "accounts.tasks.forget_old_sessions", "schedule": crontab(hour=3, minute=20)},
    "clear-browser-sessions": {"task": "accounts.tasks.clear_browser_sessions", "schedule": crontab(hour=3, minute=30)},
    "prune-audit-log": {"task": "library_portal.audit.tasks.prune_audit_log", "schedule": crontab(hour=3, minute=40)},
    "forget-kept-answers": {"task": "library_portal.api.tasks.forget_kept_answers", "schedule": timedelta(hours=1)},
}

# --- People ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.E003"]  # usernames are unique, ignoring case: by a constraint that the check can't see
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.password_rules.WordsOfThisPlaceDoNotCount"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "shelf"
LOGOUT_REDIRECT_URL = "home"

ONE_TIME_CODE_SECONDS: int = env.int("ONE_TIME_CODE_SECONDS", default=300)
ONE_TIME_CODE_TRIES: int = env.int("ONE_TIME_CODE_TRIES", default=5)
# Codes issued, per user and per address: (how many, in how many seconds).
ONE_TIME_CODE_LIMITS = ((5, 120), (10, 3600))
# Sign-ups tried, also those that are refused.
SIGN_UP_LIMITS_PER_ADDRESS = ((20, 900),)
# Wrong passwords: for one account from one address or browser, for one account from anywhere (which does not hold
# for known places), from one address. Each further window is slower: who goes on guessing waits ever longer.
PASSWORD_GUESS_LIMITS = ((10, 900), (20, 3600), (50, 86_400))
PASSWORD_GUESS_LIMITS_PER_ACCOUNT = ((100, 3600), (300, 86_400))
PASSWORD_GUESS_LIMITS_PER_ADDRESS = ((100, 900), (200, 3600), (500, 86_400))
# Places where a person has logged in: addresses, and browsers with this signed cookie.
KNOWN_PLACE_DAYS, KNOWN_DEVICE_DAYS = 90, 180
DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"
# Links to set a new password: how long one lives, how many a person is sent, how many an address may ask for.
PASSWORD_RESET_TIMEOUT: int = env.int("PASSWORD_RESET_TIMEOUT", default=1800)
PASSWORD_RESET_LIMITS = ((3, 900), (5, 3600), (10, 86_400))
PASSWORD_RESET_LIMITS_PER_ADDRESS = ((10, 900), (50, 86_400))
# Sign-ups that no code has confirmed by then are deleted.
UNVERIFIED_ACCOUNT_DAYS: int = env.int("UNVERIFIED_ACCOUNT_DAYS", default=3)
# How long after giving the password a session may change what protects the account.
IDENTITY_CONFIRMED_MINUTES: int = env.int("IDENTITY_CONFIRMED_MINUTES", default=15)
# What authenticator apps show above the code.
AUTHENTICATOR_ISSUER: str = env.str("AUTHENTICATOR_ISSUER", default="Library Portal")
# Refused requests that get a line in the audit log, per person.
DENIALS_RECORDED = ((30, 60),)
RATE_LIMIT_PER_ADDRESS: bool = PRODUCTION or env.bool("RATE_LIMIT_PER_ADDRESS", default=True)
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "E164"

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
# A login does not last for ever. An app is on a phone with a lock of its own: 90 days, or 7 unused (its refresh
# token's life). A browser may be a shared one: 14 days. Staff act on other people's loans and money, at desks that
# others pass: a working day, or 2 hours unused.
API_SESSION_LIFETIME = timedelta(days=90)
WEB_SESSION_LIFETIME = timedelta(days=14)
STAFF_SESSION_LIFETIME, STAFF_SESSION_IDLE = timedelta(hours=12), timedelta(hours=2)
# Afterwards they are forgotten: sessions that are over, and what the audit log says.
OLD_SESSIONS_KEPT_DAYS = 30
AUDIT_LOG_DAYS: int = env.int("AUDIT_LOG_DAYS", default=400)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": TOKEN_KEY,
    # For this portal by this portal: one made by another that shares the key (a copy for trials) is no good here.
    "AUDIENCE": PUBLIC_URL,
    "ISSUER": PUBLIC_URL,
    "UPDATE_LAST_LOGIN": False,
}

# --- Lending and money -----------------------------------------------------------------------------------

HOLD_HOURS: int = env.int("HOLD_HOURS", default=48)
SELF_SERVICE: bool = env.bool("SELF_SERVICE", default=True)
# How long an ended loan names its book where its reader keeps no history; the frequent-reader rule looks as far back.
LOAN_HISTORY_DAYS: int = env.int("LOAN_HISTORY_DAYS", default=30)
MAX_PENDING: int = env.int("MAX_PENDING", default=10)
MAX_EXTENSIONS: int = env.int("MAX_EXTENSIONS", default=2)
DEFAULT_DAILY_FEE = Decimal(env.str("DEFAULT_DAILY_FEE", default="0.10"))
LATE_FEE_FACTOR = Decimal(env.str("LATE_FEE_FACTOR", default="2"))
LATE_FEE_CAP_WITHOUT_PRICE = Decimal(env.str("LATE_FEE_CAP_WITHOUT_PRICE", default="20.00"))
FREQUENT_READER_LOANS, FREQUENT_READER_DAYS = 3, 30
BIG_SPENDER_AMOUNT, BIG_SPENDER_DAYS = Decimal("30.00"), 60
TOP_UP_MIN, TOP_UP_MAX = Decimal("1.00"), Decimal("500.00")
PAYMENT_PROVIDERS: list[str] = env.list("PAYMENT_PROVIDERS", default=[] if PRODUCTION else ["test"])
if PRODUCTION and "test" in PAYMENT_PROVIDERS:
    raise ImproperlyConfigured("The test payment provider gives money away: it can't be on in production")

# --- API -------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.WebSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["library_portal.api.json.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["library_portal.api.json.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "library_portal.api.pagination.PagePagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "library_portal.api.schema.PortalSchema",
    "EXCEPTION_HANDLER": "library_portal.api.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Library Portal",
    "DESCRIPTION": (BASE_DIR / "library_portal" / "api" / "guide.md").read_text(),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CodeChannelEnum": "accounts.models.User.Channel",
        "ChallengeChannelEnum": "accounts.codes.Channel",
        "SessionChannelEnum": "accounts.models.Session.Channel",
        "BookStatusEnum": ["available", "borrowed", "unavailable"],
        "LendingStatusEnum": ["available", "unavailable"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Mail and text messages ------------------------------------------------------------------------------

if PRODUCTION:
    vars().update(env.email_url_config(required("EMAIL_URL")))
else:
    EMAIL_BACKEND = "library_portal.notifications.mailbox.FileBackend"
MAIL_DIR = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="Library Portal <library@localhost>")
EMAIL_TIMEOUT = 10

SMS_GATEWAY: str = env.str("SMS_GATEWAY", default="" if PRODUCTION else "file:")
SMS_TIMEOUT_SECONDS: float = env.float("SMS_TIMEOUT_SECONDS", default=10)
if PRODUCTION and SMS_GATEWAY and not re.fullmatch(r"twilio://[^:@/]+:[^:@/]+@[^@/]+/\?from=.+", SMS_GATEWAY):
    raise ImproperlyConfigured("SMS_GATEWAY must be twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com/?from=+14155550100")

# --- Language, time, files -------------------------------------------------------------------------------

LANGUAGE_CODE: str = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "library_portal.formats"
TIME_ZONE: str = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = TESTING  # a test client lives too short to read all static files first
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Safety ----------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_HTTPS_PROXY", default=False) else None
SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
# A cookie named so is taken by browsers only from this very host, and only by HTTPS.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-sessionid", "__Host-csrftoken") if PRODUCTION else ("sessionid", "csrftoken")
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(WEB_SESSION_LIFETIME.total_seconds())
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_FAILURE_VIEW = "library_portal.pages.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Nothing but what this site serves: no inline script or style, no other host (docs/adr/0006). Payments go to pages of
# the providers: their origins, such as https://checkout.stripe.com, may be what a form leads to.
CHECKOUT_ORIGINS: list[str] = env.list("CHECKOUT_ORIGINS", default=[])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.NONE],
        "script-src": [csp.SELF],
        "style-src": [csp.SELF],
        "img-src": [csp.SELF],
        "font-src": [csp.SELF],
        "connect-src": [csp.SELF],
        "form-action": [csp.SELF, *CHECKOUT_ORIGINS],
        "frame-ancestors": [csp.NONE],
        "base-uri": [csp.NONE],
        "object-src": [csp.NONE],
        "upgrade-insecure-requests": PRODUCTION,
    }
}

ADMINS: list[tuple[str, str]] = [("", address) for address in env.list("ADMINS", default=[])]
SERVER_EMAIL = DEFAULT_FROM_EMAIL
DEFAULT_EXCEPTION_REPORTER_FILTER = "library_portal.logs.NothingPersonal"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"class": "library_portal.logs.OneLineEach", "format": "%(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
