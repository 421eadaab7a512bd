"""`/me/security/`: how the account is protected, where it is logged in, and what happened to it lately."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts import queries, services
from accounts.device_names import device_in_words
from accounts.models import Session, User
from accounts.security_messages import FEW_RECOVERY_CODES
from accounts.services.sessions import LOGGED_OUT
from accounts.web_sessions import SESSION_ID
from library_portal.audit.models import Action, AuditEntry
from library_portal.audit.queries import about
from library_portal.errors import NotFound, PortalError

EVENTS_SHOWN = 20


@method_decorator(never_cache, name="dispatch")
class SecurityPage(LoginRequiredMixin, TemplateView):
    template_name = "accounts/security.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user_id = self.request.user.pk
        left = queries.recovery_codes_left(user_id=user_id)
        return super().get_context_data(
            authenticator=queries.authenticator(user_id=user_id),
            recovery_codes_left=left,
            few_recovery_codes=left <= FEW_RECOVERY_CODES,
            sessions=_sessions(user_id, current=self.request.session[SESSION_ID]),
            events=[_event(entry, self.request.user) for entry in about(user_id=user_id, limit=EVENTS_SHOWN)],
            **kwargs,
        )


class SecurityAction(LoginRequiredMixin, View):
    """A button of the security page; a refusal becomes a message there, but for what is not one's own: 404."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return self.act(**kwargs) or redirect("security")
        except NotFound:
            raise
        except PortalError as error:
            messages.error(request, str(error))
            return redirect("security")

    def act(self, **kwargs: Any) -> HttpResponse | None:
        raise NotImplementedError


class EndSession(SecurityAction):
    def act(self, pk: UUID) -> None:
        services.end_own_session(user_id=self.request.user.pk, session_id=pk, now=timezone.now())
        messages.success(self.request, _("That device is logged out."))


class EndOtherSessions(SecurityAction):
    def act(self) -> None:
        ended = services.end_all_sessions(
            user_id=self.request.user.pk,
            now=timezone.now(),
            reason=LOGGED_OUT,
            kept_id=self.request.session[SESSION_ID],
        )
        text = ngettext("%(count)d other device is logged out.", "%(count)d other devices are logged out.", ended)
        messages.success(self.request, text % {"count": ended})


def _sessions(user_id: int, *, current: str) -> list[dict[str, Any]]:
    newest = queries.open_sessions(user_id=user_id, now=timezone.now())[: queries.MOST_SESSIONS_SHOWN]
    shown = [_session(session, current) for session in newest]
    return sorted(shown, key=lambda session: not session["is_current"])


def _session(session: Session, current: str) -> dict[str, Any]:
    return {
        "row": session,
        "device": device_in_words(session.user_agent),
        "is_current": str(session.pk) == current,
    }


def _event(entry: AuditEntry, user: User) -> dict[str, Any]:
    return {
        "entry": entry,
        "what": _in_words(entry),
        "device": device_in_words(entry.user_agent) if entry.user_agent else "",
        "by_staff": entry.who_id not in (None, user.pk),
    }


def _in_words(entry: AuditEntry) -> str:
    """As its owner says it: the audit log speaks of persons and of on or off."""
    match entry.action:
        case Action.SECOND_STEP_CHANGED:
            return _("Second step turned on") if entry.details["on"] else _("Second step turned off")
        case Action.LOAN_HISTORY_CHANGED:
            return _("Loan history turned on") if entry.details["keeps"] else _("Loan history turned off")
        case Action.PERSON_CHANGED:
            return _("Profile changed")
        case Action.PERSON_ADDED:
            return _("Account opened")
    return dict(Action.choices).get(entry.action, entry.action)
