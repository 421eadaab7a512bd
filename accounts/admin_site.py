"""The admin, entered only by the portal's own login: the stock one knows no second step and no limit on guesses."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.views.logging_in import AdminLoginPage


class PortalAdminSite(AdminSite):
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return AdminLoginPage.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Staff change their own password where everybody does."""
        return redirect("password-change")
