"""The account itself in what the portal holds about a person (docs/privacy.md); erased by services/privacy.py."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import queries
from accounts.models import Authenticator, RecoveryCode, Role, Session, User
from library_portal.personal_data import ROWS_AT_ONCE, MayNotLeave, exports_as, may_object

PROFILE = [
    "id", "username", "email", "first_name", "last_name", "role", "language", "second_step", "code_channel",
    "email_verified_at", "phone_verified_at", "keeps_loan_history", "joined_at", "last_login",
]  # fmt: skip


class OnlyAdmin(MayNotLeave):
    title = _("You are the only admin. Please give somebody else this role first.")


@may_object
def the_only_admin(user_id: int) -> None:
    """Raises OnlyAdmin: nobody could give the role to anybody any more."""
    admins = User.objects.filter(role=Role.ADMIN, is_active=True)
    if admins.filter(pk=user_id).exists() and not admins.exclude(pk=user_id).exists():
        raise OnlyAdmin


@exports_as("account", Authenticator, RecoveryCode)
def account(user_id: int) -> dict[str, Any]:
    """Never a secret: whether there is an authenticator app and how many recovery codes are left, no more."""
    user = queries.user(user_id=user_id)
    return {field: getattr(user, field) for field in PROFILE} | {
        "phone": str(user.phone) if user.phone else None,
        "authenticator": queries.authenticator(user_id=user_id) is not None,
        "recovery_codes_left": queries.recovery_codes_left(user_id=user_id),
    }


@exports_as("sessions", Session)
def sessions(user_id: int) -> Iterator[dict[str, Any]]:
    fields = ("id", "channel", "user_agent", "address", "created_at", "last_used_at", "expires_at", "ended_at")
    rows = Session.objects.filter(user_id=user_id).order_by("created_at")
    return rows.values(*fields, "end_reason").iterator(chunk_size=ROWS_AT_ONCE)
