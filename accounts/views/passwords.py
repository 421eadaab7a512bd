"""Pages for a new password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from accounts import services
from accounts.devices import device_of
from accounts.forms.passwords import PasswordChangeForm, ResetForm, ResetRequestForm
from accounts.views.refusals import ShowsRefusals
from accounts.web_sessions import SESSION_ID
from library_portal.errors import PortalError


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("old_password", "new_password", "password", "code"), name="dispatch")
class PasswordPage(ShowsRefusals, FormView):
    """A form whose use case may refuse: the refusal stands at its field."""

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            self.act(form.cleaned_data)
        except PortalError as error:
            return self.refused(form, error)
        return super().form_valid(form)

    def act(self, given: dict[str, Any]) -> None:
        raise NotImplementedError


class ChangePasswordPage(LoginRequiredMixin, PasswordPage):
    template_name = "accounts/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("shelf")

    def act(self, given: dict[str, Any]) -> None:
        user = services.change_password(
            user_id=self.request.user.pk,
            session_id=self.request.session[SESSION_ID],
            **given,
            device=device_of(self.request),
            now=timezone.now(),
        )
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("Your password is changed. Your other devices are logged out."))


class ResetRequestPage(PasswordPage):
    template_name = "accounts/password_reset.html"
    form_class = ResetRequestForm
    success_url = reverse_lazy("password-reset-sent")

    def act(self, given: dict[str, Any]) -> None:
        services.request_password_reset(**given, device=device_of(self.request))


@require_safe
def reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_sent.html")


class ResetPage(PasswordPage):
    """The code reaches the form from the address's fragment by a script, or by hand."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = ResetForm
    success_url = reverse_lazy("login")

    def act(self, given: dict[str, Any]) -> None:
        services.reset_password(**given, device=device_of(self.request), now=timezone.now())
        messages.success(self.request, _("Your new password is set. Log in with it."))
