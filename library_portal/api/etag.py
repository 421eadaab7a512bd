"""Entity tags: 304 for a reader who has it already, 412 for a writer who was too slow (api.md, "Conventions")."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from library_portal.errors import PortalError


class StaleObject(PortalError):
    """Someone else changed it since the caller read it."""

    code = "stale_object"
    status = 412
    title = _("It was changed by someone else in the meantime. Read it again, then repeat your change.")


def weak_etag(*parts: Any) -> str:
    """A tag that changes whenever one of the parts does: an id and a version, or the bytes of the answer."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return f'W/"{digest.hexdigest()}"'


def not_modified(request: HttpRequest | Request, etag: str) -> HttpResponse | None:
    """304 when the caller's `If-None-Match` names this tag, else None. Put the tag on the full answer too."""
    if not _names(request.headers.get("If-None-Match", ""), etag):
        return None
    return HttpResponseNotModified(headers={"ETag": etag})


def require_match(request: HttpRequest | Request, etag: str) -> None:
    """Raises StaleObject when the caller sent `If-Match` and it names another tag.

    Tags are compared without their weakness mark: proxies that compress turn strong tags into weak ones.
    """
    wanted = request.headers.get("If-Match")
    if wanted is not None and not _names(wanted, etag):
        raise StaleObject


def _names(header: str, etag: str) -> bool:
    tags = parse_etags(header)
    return tags == ["*"] or etag.removeprefix("W/") in (tag.removeprefix("W/") for tag in tags)
