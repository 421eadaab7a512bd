"""Pages that change what protects an account ask for the password first, where it was not given lately."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts import services
from accounts.devices import device_of
from accounts.forms.confirming import PasswordForm
from accounts.services import ConfirmationNeeded
from accounts.views.refusals import ShowsRefusals
from accounts.web_sessions import SESSION_ID
from library_portal.coming_back import stays_here
from library_portal.errors import InvalidInput, RateLimited


class ConfirmedIdentity(LoginRequiredMixin):
    """Mixin of a view that needs the password to have been given lately; it is asked for on the way."""

    request: HttpRequest
    comes_back_to = ""  # a page's name; where it is empty, the address itself, which must answer GET then

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        try:
            services.require_confirmed(session_id=request.session[SESSION_ID], now=timezone.now())
        except ConfirmationNeeded:
            comes_back_to = resolve_url(self.comes_back_to) if self.comes_back_to else request.path
            return redirect(f"{resolve_url('confirm-identity')}?{urlencode({'next': comes_back_to})}")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


@method_decorator([sensitive_post_parameters("password"), never_cache], name="dispatch")
class ConfirmIdentityPage(ShowsRefusals, LoginRequiredMixin, FormView):
    template_name = "accounts/confirm_identity.html"
    form_class = PasswordForm

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            services.confirm_identity(
                user_id=self.request.user.pk,
                session_id=self.request.session[SESSION_ID],
                password=form.cleaned_data["password"],
                device=device_of(self.request),
                now=timezone.now(),
            )
        except (InvalidInput, RateLimited) as error:
            return self.refused(form, error)
        self.request.session.cycle_key()  # whoever knows the key from before does not get further with it
        return redirect(self.next_url())

    def next_url(self) -> str:
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        return wanted if stays_here(wanted) else resolve_url("shelf")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.next_url(), **kwargs)
