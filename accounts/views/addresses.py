"""Changing e-mail and phone: the new address, then the code that was sent to it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from accounts import pending_address, services
from accounts.codes import OtpExpired, OtpInvalid
from accounts.devices import device_of
from accounts.forms.logging_in import CodeForm
from accounts.forms.profile import EmailForm, PhoneForm
from accounts.models import User
from accounts.services import AddressTaken
from accounts.views.confirming import ConfirmedIdentity
from accounts.views.refusals import ShowsRefusals
from accounts.web_sessions import SESSION_ID
from library_portal.errors import InvalidInput, PortalError, RateLimited, ServiceUnavailable

FORMS = {User.Channel.EMAIL: EmailForm, User.Channel.SMS: PhoneForm}


@method_decorator(never_cache, name="dispatch")
class AddressPage(ShowsRefusals, ConfirmedIdentity, FormView):
    """Another e-mail or phone, or none; `channel` comes from the address of the page."""

    refusals_at = "address"
    template_name = "accounts/profile_address.html"

    @property
    def channel(self) -> str:
        return self.kwargs["channel"]

    def get_form_class(self) -> type[Form]:
        return FORMS[User.Channel(self.channel)]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.remove() if "remove" in request.POST else super().post(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        who = {"user_id": self.request.user.pk, "channel": self.channel, "now": timezone.now()}
        try:
            confirmation = services.change_address(
                **who, address=form.cleaned_data["address"], device=device_of(self.request)
            )
        except (InvalidInput, RateLimited, ServiceUnavailable) as error:
            return self.refused(form, error)
        if confirmation is None:
            messages.info(self.request, _("This address is yours and confirmed already."))
            return redirect("profile")
        pending_address.keep(self.request, confirmation)
        return redirect("profile-confirm")

    def remove(self) -> HttpResponse:
        who = {"user_id": self.request.user.pk, "channel": self.channel, "now": timezone.now()}
        try:
            services.remove_address(**who, session_id=self.request.session[SESSION_ID])
        except InvalidInput as error:
            [[text]] = error.extra["errors"].values()
            messages.error(self.request, text)
        else:
            messages.success(self.request, _("The address is removed. Your other devices are logged out."))
        return redirect("profile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            channel=self.channel, present=self.request.user.address_for(self.channel), **kwargs
        )


@method_decorator([sensitive_post_parameters("code"), never_cache], name="dispatch")
class ConfirmAddressPage(ShowsRefusals, LoginRequiredMixin, FormView):
    template_name = "accounts/profile_confirm.html"
    form_class = CodeForm
    refusals_at = "code"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.pending = pending_address.kept(request)
        if self.pending is None and request.user.is_authenticated:
            return redirect("profile")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            services.confirm_address(
                user_id=self.request.user.pk,
                confirmation_id=self.pending["confirmation_id"],
                code=form.cleaned_data["code"],
                session_id=self.request.session[SESSION_ID],
                now=timezone.now(),
            )
        except (OtpExpired, AddressTaken) as error:
            return over(self.request, error)
        except (OtpInvalid, ServiceUnavailable) as error:
            return self.refused(form, error)
        pending_address.forget(self.request)
        messages.success(self.request, _("The new address is in place. Your other devices are logged out."))
        return redirect("profile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(pending=self.pending, **kwargs)


@require_POST
@login_required
def resend_address_code(request: HttpRequest) -> HttpResponse:
    waiting = pending_address.kept(request)
    if waiting is None:
        return redirect("profile")
    try:
        confirmation = services.resend_address_code(
            user_id=request.user.pk, confirmation_id=waiting["confirmation_id"], device=device_of(request)
        )
    except OtpExpired as error:
        return over(request, error)
    except (RateLimited, ServiceUnavailable) as error:
        messages.error(request, str(error))
    else:
        pending_address.keep(request, confirmation)
        messages.success(request, _("A new code is on its way. The one before it is void."))
    return redirect("profile-confirm")


def over(request: HttpRequest, error: PortalError) -> HttpResponse:
    pending_address.forget(request)
    messages.error(request, str(error))
    return redirect("profile")
