"""What a logged-in person was not allowed to do, in the API and the admin."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import RateLimited, ServiceUnavailable
from library_portal.ratelimit import Quota, hit

WATCHED = ("/api/", "/admin/")


class RecordDenials:
    """One line per refused request, at most `DENIALS_RECORDED` per person: who keeps trying must not fill the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403 and request.path_info.startswith(WATCHED) and _may_be_recorded(request):
            route = request.resolver_match.route if request.resolver_match else ""
            audit.record(Action.ACCESS_DENIED, method=request.method, route=route)
        return response


def _may_be_recorded(request: HttpRequest) -> bool:
    user_id = request.user.pk
    if user_id is None:
        return False
    try:
        hit(Quota("audit:denied", str(user_id), settings.DENIALS_RECORDED))
    except RateLimited:
        return False
    except ServiceUnavailable:
        return True
    return True
