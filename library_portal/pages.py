"""Pages that belong to no context: the front page, the choice of theme, and what is shown when something goes wrong."""

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

import reservations.queries
import subscriptions.queries
from books.browsing import books_by, library_facts
from books.queries import Row
from library_portal.coming_back import back_to
from library_portal.errors import PortalError
from library_portal.interface import THEME_COOKIE, THEMES

SPINES_SHOWN = 40
BOOKS_SHOWN = 6
FACTS_KEPT_SECONDS = 60
ONE_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    spines, available = books_by("popular", limit=SPINES_SHOWN), books_by("popular", limit=BOOKS_SHOWN, available=True)
    popular = [book for book in spines if _was_liked(book) and book not in available][:BOOKS_SHOWN]
    newest = books_by("newest", limit=3 * BOOKS_SHOWN)
    shown = {
        "spines": spines,
        "popular": popular,
        "available": available,
        "newest": [book for book in newest if book not in (*available, *popular)][:BOOKS_SHOWN],
        "plans": subscriptions.queries.plans(),
        "facts": cache.get_or_set("home:facts", library_facts, FACTS_KEPT_SECONDS),
    }
    if request.user.is_authenticated:
        shown["shelf"] = reservations.queries.shelf(user_id=request.user.pk)
    return render(request, "home.html", shown)


def _was_liked(book: Row) -> bool:
    return bool(book["loans_count"] or book["ratings_count"])


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the device's own choice in a cookie: the first paint is right without a script."""
    response = redirect(back_to(request, "home"))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=ONE_YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response


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


class ShowRefusals:
    """Middleware: a refusal that no view has turned into a message becomes the page that fits it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, PortalError):
            return None
        template = f"{exception.status}.html" if exception.status in (403, 404) else "refused.html"
        response = render(request, template, {"refusal": exception}, status=exception.status)
        if (seconds := getattr(exception, "retry_after", None)) is not None:
            response["Retry-After"] = str(seconds)
        return response
