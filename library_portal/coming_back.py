"""Where a form or a login wants to go on to."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The form's `next` where it stays on this site, else the named page."""
    wanted = request.POST.get("next", "")
    return wanted if stays_here(wanted) else otherwise


def stays_here(wanted: str) -> bool:
    """A path of this site and nothing else: `redirect` would take a bare word for the name of a view."""
    return wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
