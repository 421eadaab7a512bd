"""How the catalogue answers: bytes kept in Redis, and entity tags."""

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

from books import caches, queries
from library_portal.api.etag import not_modified, weak_etag
from library_portal.api.json import dumps
from library_portal.errors import PortalError

JSON = "application/json"
_VERSION = re.compile(r'^(?:W/)?"(\d{1,9})-')


def kept_list(request: Request, build: Callable[[], Any], *, content_type: str = JSON) -> HttpResponse:
    """A list everybody sees alike, kept until anything in the catalogue changes."""
    return kept(request, caches.LISTS, build, content_type=content_type)


def kept(request: Request, scope: str, build: Callable[[], Any], *, content_type: str) -> HttpResponse:
    """What everybody sees alike at this address, kept until the scope changes."""
    asked = blake2b(request.build_absolute_uri().encode(), digest_size=16).hexdigest()
    body = caches.kept(scope, asked, lambda: dumps(build()))
    return _answer(request, body, weak_etag(body), content_type)


def kept_book(request: Request, book_id: int) -> HttpResponse:
    """A book, kept until it changes. Raises BookNotFound."""
    body = caches.kept(caches.book_scope(book_id), "detail", lambda: _book_bytes(book_id))
    return _answer(request, body, _versioned_etag(body))


def kept_author(request: Request, author_id: int) -> HttpResponse:
    """An author, kept until anything in the catalogue changes. Raises NotFound."""
    body = caches.kept(caches.LISTS, f"author:{author_id}", lambda: _author_bytes(author_id))
    return _answer(request, body, _versioned_etag(body))


def book_response(book_id: int, status: int = 200) -> HttpResponse:
    """The book as it is now, for the one who has just changed it."""
    body = _book_bytes(book_id)
    return HttpResponse(body, JSON, status, headers={"ETag": _versioned_etag(body)})


def author_response(author_id: int) -> HttpResponse:
    """The author as they are now, for the one who has just changed their page."""
    body = _author_bytes(author_id)
    return HttpResponse(body, JSON, headers={"ETag": _versioned_etag(body)})


def _book_bytes(book_id: int) -> bytes:
    return dumps(queries.book_detail(book_id=book_id))


def _author_bytes(author_id: int) -> bytes:
    return dumps(queries.author_detail(author_id=author_id))


def _answer(request: Request, body: bytes, etag: str, content_type: str = JSON) -> HttpResponse:
    answer = not_modified(request, etag) or HttpResponse(body, content_type)
    answer["ETag"] = etag
    return answer


def _versioned_etag(body: bytes) -> str:
    """Begins with the version: a copy that is lent changes the answer, and must not stand in a librarian's way."""
    return f'W/"{orjson.loads(body)["version"]}-{blake2b(body, digest_size=8).hexdigest()}"'


def version_to_change(request: HttpRequest | Request, current: int, stale: type[PortalError]) -> int | None:
    """The version that `If-Match` names, None without one. Raises `stale` when it names only other versions."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    named = {int(match[1]) for tag in parse_etags(header) if (match := _VERSION.match(tag))}
    if current not in named:
        raise stale
    return current
