"""Pages that belong to no context: the front page, the choice of theme, and what is shown when something goes wrong."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from library_portal.interface import THEME_COOKIE, THEMES

ONE_YEAR_SECONDS = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the device's own choice in a cookie, so that the first paint is right without a script."""
    response = redirect(back_to(request, "home"))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=ONE_YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The form's `next` where it stays on this site, else the named page."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else otherwise


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without a request, a session or a database: any of them may be what failed."""
    return HttpResponseServerError(render_to_string("500.html"))
