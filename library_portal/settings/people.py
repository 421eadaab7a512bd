"""Logging in, codes, limits, sessions, tokens."""

from datetime import timedelta

from library_portal.settings.environment import PRODUCTION, PUBLIC_URL, TOKEN_KEY, env

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
