"""Pages about what the portal knows of a person: a copy of it, and leaving."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from accounts import services
from accounts.api.privacy import export_file
from accounts.forms.privacy import DeleteAccountForm
from accounts.views.confirming import ConfirmedIdentity
from library_portal.personal_data import MayNotLeave


@method_decorator(never_cache, name="dispatch")
class ExportPage(ConfirmedIdentity, TemplateView):
    """What is in the file; the button downloads it."""

    template_name = "accounts/export.html"
    extra_context = {"loan_history_days": settings.LOAN_HISTORY_DAYS}

    def post(self, request: HttpRequest) -> StreamingHttpResponse:
        return export_file(request.user.pk)


@method_decorator(never_cache, name="dispatch")
class DeleteAccountPage(ConfirmedIdentity, FormView):
    template_name = "accounts/delete_account.html"
    form_class = DeleteAccountForm

    def get_form_kwargs(self) -> dict[str, Any]:
        user = self.request.user
        about = {"username": user.get_username(), "something_to_lose": bool(services.losses_of(user_id=user.pk))}
        return super().get_form_kwargs() | about

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user_id = self.request.user.pk
        return super().get_context_data(
            reasons=services.reasons_to_stay(user_id=user_id),
            losses=services.losses_of(user_id=user_id),
            **kwargs,
        )

    def form_valid(self, form: Form) -> HttpResponse:
        forfeit = form.cleaned_data.get("forfeit", False)
        try:
            services.delete_account(user_id=self.request.user.pk, now=timezone.now(), forfeit=forfeit)
        except MayNotLeave as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=refusal.status)
        self.request.session.flush()
        messages.success(self.request, _("Your account is deleted. Thank you for having read with us."))
        return redirect("home")
