"""Mail and text messages."""

import re

from django.core.exceptions import ImproperlyConfigured

from library_portal.settings.environment import PRODUCTION, VAR_DIR, env, required

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
