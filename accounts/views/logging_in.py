"""Sign-up and login pages. The admin's own login is the same one, so it asks staff for their code too."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from accounts import pending, services
from accounts.codes import Channel, OtpExpired
from accounts.devices import device_of
from accounts.forms.logging_in import CodeForm, LoginForm, RecoveryCodeForm, SignUpForm
from accounts.models import Session
from accounts.services import Challenge, LoggedIn
from accounts.views.refusals import ShowsRefusals
from library_portal.coming_back import stays_here
from library_portal.errors import PortalError


class EntryPage(ShowsRefusals, FormView):
    """A page that leads to being logged in; `next` says where to go then."""

    default_next: Any = settings.LOGIN_REDIRECT_URL

    @method_decorator(sensitive_post_parameters("password", "code"))
    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "GET" and self.has_nothing_to_ask():
            return redirect(self.next_url())
        return super().dispatch(request, *args, **kwargs)

    def has_nothing_to_ask(self) -> bool:
        return self.request.user.is_authenticated

    def next_url(self) -> str:
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        return wanted if stays_here(wanted) else resolve_url(self.default_next)

    def go_on(self, answer: Challenge | LoggedIn) -> HttpResponse:
        if isinstance(answer, Challenge):
            pending.keep(self.request, answer, next_url=self.next_url())
            return redirect("login-code")
        login(self.request, answer.user)
        return redirect(self.next_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.next_url(), **kwargs)


class SignUpPage(EntryPage):
    template_name = "accounts/signup.html"
    form_class = SignUpForm

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            signed_up = services.sign_up(**form.cleaned_data, device=device_of(self.request), now=timezone.now())
        except PortalError as error:
            return self.refused(form, error)
        address = str(form.cleaned_data["email"] or form.cleaned_data["phone"])
        pending.keep(self.request, signed_up.challenge, next_url=self.next_url(), address=address)
        return redirect("login-code")


class LoginPage(EntryPage):
    template_name = "accounts/login.html"
    form_class = LoginForm

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            answer = services.start_login(
                **form.cleaned_data,
                device=device_of(self.request),
                now=timezone.now(),
                channel=Session.Channel.WEB,
            )
        except PortalError as error:
            return self.refused(form, error)
        return self.go_on(answer)


class AdminLoginPage(LoginPage):
    """In place of the admin's login, which knows no second step. A patron who got here may log in as somebody else."""

    default_next = reverse_lazy("admin:index")

    def has_nothing_to_ask(self) -> bool:
        return self.request.user.is_authenticated and self.request.user.is_staff


class CodePage(EntryPage):
    template_name = "accounts/login_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.pending = pending.kept(request)
        if self.pending is None:
            return redirect("login")
        return super().dispatch(request, *args, **kwargs)

    def has_nothing_to_ask(self) -> bool:
        return False

    def next_url(self) -> str:
        return self.pending["next"]

    def by_recovery_code(self) -> bool:
        return self.pending["channel"] == Channel.TOTP and self.request.GET.get("with") == "recovery-code"

    def get_form_class(self) -> type[Form]:
        return RecoveryCodeForm if self.by_recovery_code() else CodeForm

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            logged_in = services.verify_code(
                login_id=self.pending["login_id"],
                code=form.cleaned_data["code"],
                device=device_of(self.request),
                now=timezone.now(),
                channel=Session.Channel.WEB,
            )
        except OtpExpired as error:
            return start_again(self.request, error)
        except PortalError as error:
            return self.refused(form, error)
        pending.forget(self.request)
        return self.go_on(logged_in)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(pending=self.pending, by_recovery_code=self.by_recovery_code(), **kwargs)


@require_POST
def resend_code(request: HttpRequest) -> HttpResponse:
    waiting = pending.kept(request)
    if waiting is None:
        return redirect("login")
    try:
        challenge = services.resend_code(login_id=waiting["login_id"], device=device_of(request))
    except OtpExpired as error:
        return start_again(request, error)
    except PortalError as error:
        messages.error(request, str(error))
    else:
        pending.keep(request, challenge, next_url=waiting["next"], address=waiting["address"])
        messages.success(request, _("A new code is on its way. The one before it is void."))
    return redirect("login-code")


def start_again(request: HttpRequest, error: OtpExpired) -> HttpResponse:
    waiting = pending.kept(request)
    pending.forget(request)
    messages.error(request, str(error))
    target = f"?{urlencode({'next': waiting['next']})}" if waiting else ""
    return redirect(resolve_url("login") + target)
