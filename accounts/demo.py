"""People to try the portal with, in development and tests only."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from accounts import queries, services
from accounts.models import Role, User

PASSWORD = "portal-demo"  # noqa: S105
ROLES = {
    "reader-free": Role.CUSTOMER,
    "reader-plus": Role.CUSTOMER,
    "reader-premium": Role.CUSTOMER,
    "author": Role.AUTHOR,
    "librarian": Role.LIBRARIAN,
    "admin": Role.ADMIN,
}


def create_demo_people() -> dict[str, int]:
    """Username → id; those that exist stay as they are. Raises ImproperlyConfigured in production."""
    if settings.PRODUCTION:
        raise ImproperlyConfigured("Demo logins have a public password: never in production")
    return {username: _person(username, role).pk for username, role in ROLES.items()}


def _person(username: str, role: Role) -> User:
    now = timezone.now()
    return queries.user_by_identifier(username) or services.add_person(
        user=User(
            username=username,
            email=f"{username}@library.example",
            email_verified_at=now,
            role=role,
            second_step=role in (Role.LIBRARIAN, Role.ADMIN),
        ),
        password=PASSWORD,
        now=now,
    )
