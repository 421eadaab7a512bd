"""PostgreSQL, Redis, MongoDB."""

from library_portal.settings.environment import env, required

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
# A search that MongoDB has not answered by then is PostgreSQL's.
SEARCH_TIMEOUT_SECONDS: float = env.float("SEARCH_TIMEOUT_SECONDS", default=1.0)
