"""What staff can do with one person: a button on the person's page, asked back on a page of its own, then POSTed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.admin.sessions import ENDED_BY_ADMIN
from accounts.models import User


@dataclass(frozen=True)
class PersonAction:
    """`run` gets the person's id and that of who does it; `suits` says whether the button is shown."""

    slug: str
    label: Any
    explanation: Any
    done: Any
    run: Callable[[int, int], object]
    suits: Callable[[User], bool] = lambda user: user.is_active


SEND_LINK = PersonAction(
    slug="send-link",
    label=_("Send a link to set the password"),
    explanation=_("The link goes to the person's own e-mail or phone. Nobody here learns the password."),
    done=_("A link to set the password is on its way."),
    run=lambda user_id, _by_id: services.send_password_link(user_id=user_id),
)
RESET_SECOND_STEP = PersonAction(
    slug="reset-second-step",
    label=_("Reset the second step"),
    explanation=_(
        "For who has lost the authenticator app and the recovery codes: both are void, every session ends, and the "
        "next login sends a code. Make sure that you know who is asking."
    ),
    done=_("The second step was reset."),
    run=lambda user_id, _by_id: services.reset_second_step(user_id=user_id, now=timezone.now()),
)
DEACTIVATE = PersonAction(
    slug="deactivate",
    label=_("Deactivate"),
    explanation=_("Every session ends and nobody can log in to this account until it is reactivated. Loans stay open."),
    done=_("The account is deactivated."),
    run=lambda user_id, by_id: services.change_access(
        user_id=user_id, by_id=by_id, is_active=False, now=timezone.now()
    ),
)
REACTIVATE = PersonAction(
    slug="reactivate",
    label=_("Reactivate"),
    explanation=_("The person can log in again."),
    done=_("The account is active again."),
    run=lambda user_id, by_id: services.change_access(user_id=user_id, by_id=by_id, is_active=True, now=timezone.now()),
    suits=lambda user: not user.is_active and user.erased_at is None,
)
END_SESSIONS = PersonAction(
    slug="end-sessions",
    label=_("End all sessions"),
    explanation=_("The person is logged out everywhere, in browsers and apps."),
    done=_("All sessions were ended."),
    run=lambda user_id, _by_id: services.end_all_sessions(user_id=user_id, now=timezone.now(), reason=ENDED_BY_ADMIN),
)
