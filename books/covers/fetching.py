"""Fetching a picture from another host: no further than COVER_HOSTS allows, no longer and no larger than set."""

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from time import monotonic
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError

from books.covers.addresses import may_be_fetched, public_address
from books.covers.pictures import CoverPicture, PictureTooLarge, cover_picture
from library_portal.errors import PortalError

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
PIECE = 64 * 1024


class NoPictureThere(PortalError):
    title = "There is no picture at this address."


def fetch_picture(url: str) -> CoverPicture:
    """Raises NoPictureThere, NotAPicture, PictureTooLarge."""
    ends_at = monotonic() + settings.COVER_TIMEOUT_SECONDS
    for _hop in range(1 + MOST_REDIRECTS):
        with closing(_asked(url, ends_at)) as response:
            if response.status == 200:
                return cover_picture(BytesIO(b"".join(_pieces(response, ends_at))))
            url = _redirected(url, response)
    raise NoPictureThere("Too many redirects")


def _asked(url: str, ends_at: float) -> urllib3.BaseHTTPResponse:
    """The connection goes to the address that was looked at, whatever a second look would give."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(parts.hostname or "", port) if may_be_fetched(url) else None
    if address is None:
        raise NoPictureThere("Not a host that pictures are fetched from")
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        return _pool(parts.scheme, address, port, parts.hostname or "").urlopen(
            "GET",
            path,
            headers={"Host": parts.netloc, "User-Agent": "library-portal", "Accept": "image/*"},
            timeout=max(0.1, ends_at - monotonic()),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
    except HTTPError as error:
        raise NoPictureThere(type(error).__name__) from error


def _pool(scheme: str, address: str, port: int, host: str) -> urllib3.HTTPConnectionPool:
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port)
    return urllib3.HTTPSConnectionPool(address, port, server_hostname=host, assert_hostname=host)


def _redirected(url: str, response: urllib3.BaseHTTPResponse) -> str:
    """Raises NoPictureThere, also for another host."""
    refusal = NoPictureThere(f"HTTP {response.status}")
    try:
        there = urljoin(url, response.headers.get("Location", ""))
        is_here = urlsplit(there).netloc == urlsplit(url).netloc
    except ValueError as error:
        raise refusal from error
    if response.status not in REDIRECTS or not is_here:
        raise refusal
    return there


def _pieces(response: urllib3.BaseHTTPResponse, ends_at: float) -> Iterator[bytes]:
    read = 0
    try:
        while piece := response.read1(PIECE):
            read += len(piece)
            if read > settings.COVER_MAX_BYTES:
                raise PictureTooLarge
            if monotonic() > ends_at:
                raise NoPictureThere("Too slow")
            yield piece
    except HTTPError as error:
        raise NoPictureThere(type(error).__name__) from error
