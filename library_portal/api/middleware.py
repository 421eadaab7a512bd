"""Stops input that no view should meet, and gives every error under /api/ and /opds/ the one form of the contract."""

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from library_portal.api.problems import CONTENT_TYPE, RETRY_AFTER_SECONDS, problem

# OPDS feeds are for programs too.
API = ("/api/", "/opds/")
PAGE_METHODS = ("GET", "HEAD", "POST")
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
# A BIGINT has at most 19 digits; nothing of ours has so long a number in its address. The hash of a picture is none.
TOO_LONG_A_NUMBER = re.compile(r"(?<![0-9a-f])\d{19,}(?![0-9a-f])")
# By the API only covers are uploaded.
API_UPLOAD = re.compile(r"/api/v1/books/\d+/cover/")


class TooLarge(BadRequest):
    """The body is larger than what may be sent there."""


class GuardInput:
    """Pages answer bad input with the pages for 400 and 404, the API with a problem; neither ever with a 500.

    Forms speak GET and POST only; Django's own views, the admin's too, would take any other method for one of these.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API):
            if request.method not in PAGE_METHODS:
                return HttpResponseNotAllowed(PAGE_METHODS)
            _refuse_dangerous(request)
            return self.get_response(request)
        try:
            _refuse_dangerous(request)
        except TooLarge as error:
            return problem(413, detail=error)
        except BadRequest as error:
            return problem(400, detail=error)
        except Http404:
            return problem(404)
        return _as_problem(self.get_response(request))


def _as_problem(response: HttpResponse) -> HttpResponse:
    """Django's own error pages (no such address, a bad host, an uncaught error) as problems."""
    if response.status_code < 400 or response.get("Content-Type", "").startswith(CONTENT_TYPE):
        return response
    kept = {name: response[name] for name in ("Allow", "WWW-Authenticate", "Retry-After") if name in response}
    if response.status_code == 503:
        kept.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return problem(response.status_code, headers=kept)


def _refuse_dangerous(request: HttpRequest) -> None:
    _refuse_large_body(request)
    if "\0" in request.path_info or b"\0" in unquote_to_bytes(request.META.get("QUERY_STRING", "")):
        raise BadRequest(_("The address has a NUL character."))
    if any("\0" in cookie for cookie in request.COOKIES.values()):
        raise BadRequest(_("A cookie has a NUL character."))
    if request.content_type == FORM and _has_nul(request.body):
        raise BadRequest(_("The form has a NUL character."))
    if TOO_LONG_A_NUMBER.search(request.path_info):
        raise Http404


def _refuse_large_body(request: HttpRequest) -> None:
    """Uploads may be larger, those to the pages as `OnlyStaffSendFiles` says: Django limits all but files itself."""
    is_form = request.content_type == MULTIPART
    if is_form and not request.path_info.startswith(API):
        return
    files = settings.COVER_MAX_BYTES if is_form and API_UPLOAD.fullmatch(request.path_info) else 0
    refuse_body_above(files + settings.DATA_UPLOAD_MAX_MEMORY_SIZE, request)


def refuse_body_above(most: int, request: HttpRequest) -> None:
    """By what the request says of itself: no more is read of it. Raises BadRequest."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise BadRequest(_("The length of the body is not a number."))
    if len(length) > 12 or int(length) > most:
        raise TooLarge(_("The request is too large."))


def _has_nul(body: bytes) -> bool:
    return b"\0" in body or b"%00" in body
