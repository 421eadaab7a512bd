"""Before a session may change what protects an account, the password must have been given in it recently."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import queries
from accounts.models import Session
from accounts.services.passwords import require_password
from accounts.services.sessions import Device
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import Forbidden


class ConfirmationNeeded(Forbidden):
    """The password was given too long ago in this session: `confirm_identity` comes first."""

    code = "confirmation_needed"
    title = _("Please confirm your password first.")


def require_confirmed(*, session_id: str, now: datetime) -> None:
    """Raises ConfirmationNeeded."""
    confirmed_since = now - timedelta(minutes=settings.IDENTITY_CONFIRMED_MINUTES)
    if not Session.objects.filter(pk=session_id, ended_at=None, confirmed_at__gt=confirmed_since).exists():
        raise ConfirmationNeeded


def confirm_identity(*, user_id: int, session_id: str, password: str, device: Device, now: datetime) -> None:
    """Raises InvalidInput for a wrong password, RateLimited."""
    user = queries.user(user_id=user_id)
    require_password(user=user, password=password, device=device)
    Session.objects.filter(pk=session_id, user_id=user_id).update(confirmed_at=now)
    audit.record(Action.IDENTITY_CONFIRMED, whom_id=user_id)
