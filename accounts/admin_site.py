"""The admin, entered only by the portal's own login: the stock one knows no second step and no limit on guesses."""

from typing import Any

from django.contrib.admin import AdminSite
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import services
from accounts.views.logging_in import AdminLoginPage


class PortalAdminSite(AdminSite):
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return AdminLoginPage.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Staff change their own password: their apps and other browsers are logged out too, and so is this one."""
        with transaction.atomic():
            response = super().password_change(request, extra_context)
            if request.method == "POST" and response.status_code == 302:
                services.end_all_sessions(user_id=request.user.pk, now=timezone.now(), reason="password changed")
        return response
