"""What the portal is made of."""

from library_portal.settings.environment import BASE_DIR

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
    "watching",
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
    "library_portal.uploads.OnlyStaffSendFiles",
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
