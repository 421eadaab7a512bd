"""Where the portal runs, its keys and its addresses."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


def required(name: str) -> str:
    """A variable that has no default. Raises ImproperlyConfigured when it is absent or empty."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set the {name} environment variable")
    return value


BASE_DIR = Path(__file__).resolve().parents[2]
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
