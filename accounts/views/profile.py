"""`/me/profile/`, who I am and how I am reached; the pages beside it: what I am written to about, and privacy."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from accounts import services
from accounts.forms.profile import NotificationsForm, ProfileForm
from accounts.models import User
from accounts.views.refusals import ShowsRefusals
from library_portal.errors import InvalidInput
from library_portal.notifications import queries as notifications
from library_portal.notifications.services import set_preferences
from library_portal.notifications.sms import sms_is_available


class ProfilePage(ShowsRefusals, LoginRequiredMixin, FormView):
    template_name = "accounts/profile.html"
    form_class = ProfileForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        return {field: getattr(self.request.user, field) for field in ProfileForm.base_fields}

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            services.update_profile(user_id=self.request.user.pk, **form.cleaned_data)
        except InvalidInput as error:
            return self.refused(form, error)
        messages.success(self.request, _("Your profile is saved."))
        return redirect("profile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        addresses = [
            (channel, user.address_for(channel), user.verified_address_for(channel)) for channel in User.Channel
        ]
        return super().get_context_data(addresses=addresses, can_text=sms_is_available(), **kwargs)


class NotificationsPage(LoginRequiredMixin, TemplateView):
    """What comes by mail and SMS besides the inbox, kind by kind."""

    template_name = "accounts/profile_notifications.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = notifications_form(request.user, request.POST)
        if form.is_valid():
            set_preferences(user_id=request.user.pk, wanted=form.wanted(), staff=request.user.is_staff)
            messages.success(request, _("We write as you wish from now on."))
        else:
            messages.error(request, _("Nothing was changed: please choose from the list."))
        return redirect("profile-notifications")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            form=notifications_form(self.request.user), can_text=sms_is_available(), **kwargs
        )


class PrivacyPage(LoginRequiredMixin, TemplateView):
    """The loan history, and the ways to a copy of one's data and out of the library."""

    template_name = "accounts/profile_privacy.html"
    extra_context = {"loan_history_days": settings.LOAN_HISTORY_DAYS}


@require_POST
@login_required
def choose_loan_history(request: HttpRequest) -> HttpResponse:
    keeps = "keep" in request.POST
    services.set_loan_history(user_id=request.user.pk, keeps=keeps, now=timezone.now())
    messages.success(request, _("Your loans are remembered.") if keeps else _("Your past loans are forgotten."))
    return redirect("profile-privacy")


def notifications_form(user: User, given: Any = None) -> NotificationsForm:
    chosen = notifications.preferences(user_id=user.pk, staff=user.is_staff)
    initial = {channel: [kind for kind in chosen if chosen[kind][channel]] for channel in ("by_mail", "by_sms")}
    can_be_texted = bool(user.verified_address_for(User.Channel.SMS)) and sms_is_available()
    return NotificationsForm(user, can_be_texted, given, initial=initial)
