"""Below `/me/security/`: the second step, the authenticator app and the recovery codes."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts import services
from accounts.forms.logging_in import FirstCodeForm
from accounts.qr import qr_svg
from accounts.services.recovery_codes import NoAuthenticator
from accounts.views.confirming import ConfirmedIdentity
from accounts.views.refusals import ShowsRefusals
from accounts.views.security import SecurityAction
from library_portal.errors import InvalidInput, PortalError


class ConfirmedAction(ConfirmedIdentity, SecurityAction):
    comes_back_to = "security"


class SetSecondStep(ConfirmedAction):
    def act(self) -> None:
        on = self.request.POST.get("on") == "1"
        services.set_second_step(user_id=self.request.user.pk, on=on, now=timezone.now())
        said = _("Logging in asks for a code from now on.") if on else _("Logging in asks for no code from now on.")
        messages.success(self.request, said)


class BeginAuthenticator(ConfirmedAction):
    def act(self) -> HttpResponse:
        services.begin_authenticator(user_id=self.request.user.pk)
        return redirect("authenticator")


class RemoveAuthenticator(ConfirmedAction):
    def act(self) -> None:
        services.remove_authenticator(user_id=self.request.user.pk, now=timezone.now())
        messages.success(self.request, _("The authenticator app is removed. Codes are sent to you again."))


@method_decorator(never_cache, name="dispatch")
class NewRecoveryCodes(ConfirmedAction):
    def act(self) -> HttpResponse:
        codes = services.make_recovery_codes(user_id=self.request.user.pk, now=timezone.now())
        return show_once(self.request, codes)


@method_decorator([sensitive_post_parameters("code"), never_cache], name="dispatch")
class AuthenticatorPage(ShowsRefusals, ConfirmedIdentity, FormView):
    """The key that waits for its first code. It is in the database, encrypted: the page can be loaded again."""

    template_name = "accounts/authenticator.html"
    form_class = FirstCodeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except NoAuthenticator:
            return redirect("security")

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            codes = services.confirm_authenticator(
                user_id=self.request.user.pk, code=form.cleaned_data["code"], now=timezone.now()
            )
        except InvalidInput as error:
            return self.refused(form, error)
        except PortalError as error:
            messages.error(self.request, str(error))
            return redirect("security")
        return show_once(self.request, codes)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        enrolment = services.unfinished_enrolment(user_id=self.request.user.pk)
        return super().get_context_data(
            key=_in_groups(enrolment.secret),
            qr=mark_safe(qr_svg(enrolment.uri)),  # noqa: S308  drawn by segno, with no text in it
            **kwargs,
        )


def show_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """In the answer itself: kept nowhere, so there is no other moment to show them."""
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "as_text": "\n".join(codes)})


def _in_groups(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
