"""What people are told when the second step of their account changes, so that they notice what was not them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from library_portal.notifications import notify
from library_portal.notifications.models import Kind

FEW_RECOVERY_CODES = 3
NOT_YOU = _("If that was not you, change your password now and end all other sessions.")


def authenticator_added(*, user_id: int, now: datetime) -> None:
    body = _("From now on, logging in takes your password and a code from your app.")
    _tell(user_id, "authenticator-added", now, _("An authenticator app was added"), body)


def authenticator_removed(*, user_id: int, now: datetime) -> None:
    body = _("Its codes and the recovery codes are void. Codes come by e-mail or SMS again.")
    _tell(user_id, "authenticator-removed", now, _("Your authenticator app was removed"), body)


def second_step_off(*, user_id: int, now: datetime) -> None:
    body = _("From now on, your password alone is enough to log in.")
    _tell(user_id, "second-step-off", now, _("Logging in no longer asks for a code"), body)


def second_step_reset(*, user_id: int, now: datetime) -> None:
    body = _("The library removed your authenticator app and logged you out everywhere. Codes come by e-mail or SMS.")
    _tell(user_id, "second-step-reset", now, _("Your second step was reset"), body)


def recovery_codes_made(*, user_id: int, now: datetime) -> None:
    body = _("The ones before are void.")
    _tell(user_id, "recovery-codes-made", now, _("New recovery codes were made"), body)


def recovery_code_used(*, user_id: int, left: int, now: datetime) -> None:
    body = ngettext("%(left)d recovery code is left.", "%(left)d recovery codes are left.", left) % {"left": left}
    if left <= FEW_RECOVERY_CODES:
        body += " " + _("Make new ones before they run out.")
    _tell(user_id, "recovery-code-used", now, _("Somebody logged in with a recovery code of yours"), body)


def _tell(user_id: int, event: str, now: datetime, title: Any, body: Any) -> None:
    notify(
        user_id=user_id,
        kind=Kind.ACCOUNT,
        key=f"{event}:{now.isoformat()}",
        title=title,
        body=f"{body} {NOT_YOU}",
        url="/me/security/",
    )
