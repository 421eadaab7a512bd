"""Pictures by address: from listed hosts only, once, bounded in size and time; a real server answers here."""

import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from time import sleep

import pytest
from django.core.management import call_command
from PIL import Image

from books import services, tasks
from books.covers.addresses import may_be_fetched, public_address
from books.covers.fetching import NoPictureThere, fetch_picture
from books.covers.pictures import NotAPicture, PictureTooLarge, cover_picture
from books.handlers import fetch_named_cover
from books.models import Book
from library_portal.outbox.models import OutboxEvent
from library_portal.outbox.registry import Delivered
from tests.factories.books import BookFactory

pytestmark = pytest.mark.django_db


def jpeg():
    out = BytesIO()
    Image.new("RGB", (300, 450), "teal").save(out, "JPEG")
    return out.getvalue()


class Pictures(BaseHTTPRequestHandler):
    asked: Counter[str] = Counter()
    elsewhere = ""

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        answer = {
            "/cover.jpg": (200, {}, jpeg()),
            "/moved": (302, {"Location": "/cover.jpg"}, b""),
            "/round": (302, {"Location": "/round"}, b""),
            "/away": (302, {"Location": f"{self.elsewhere}/cover.jpg"}, b""),
            "/nowhere": (302, {"Location": "http://[/cover.jpg"}, b""),
            "/page": (200, {}, b"<html>"),
            "/huge": (200, {}, b"x" * 50_000),
            "/slow": (200, {}, b""),
        }.get(self.path, (404, {}, b""))
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.path == "/slow":
            self._drip()
        with suppress(OSError):  # who has seen enough hangs up
            self.wfile.write(body)

    def _drip(self) -> None:
        with suppress(OSError):
            while True:
                self.wfile.write(b"x")
                self.wfile.flush()
                sleep(0.02)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    Pictures.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    settings.COVER_HOSTS = [address]
    Pictures.elsewhere = f"http://localhost:{server.server_port}"
    yield f"http://{address}"
    server.shutdown()
    server.server_close()


def named(url, **values):
    return BookFactory(cover_url=url, **values)


def refreshed(book):
    book.refresh_from_db()
    return book


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://covers.example/1.jpg", True),
        ("https://covers.example:8443/1.jpg", False),
        ("http://covers.example/1.jpg", False),
        ("https://other.example/1.jpg", False),
        ("https://covers.example.evil.example/1.jpg", False),
        ("https://covers.example@evil.example/1.jpg", False),
        ("https://user@covers.example/1.jpg", False),
        ("https://COVERS.example/1.jpg", True),
        ("ftp://covers.example/1.jpg", False),
        ("file:///etc/passwd", False),
        ("https://covers.example:x/1.jpg", False),
        ("", False),
    ],
)
def test_only_listed_hosts_are_asked_and_only_by_https(settings, url, may):
    settings.COVER_HOSTS = ["covers.example"]

    assert may_be_fetched(url) is may


def test_without_a_list_nothing_is_fetched(settings):
    settings.COVER_HOSTS = []

    assert not may_be_fetched("https://covers.example/1.jpg")


def test_a_listed_name_that_leads_into_the_house_is_not_followed(settings):
    settings.COVER_HOSTS = ["localhost"]
    assert public_address("localhost", 443) is None
    assert public_address("10.0.0.1", 443) is None

    settings.COVER_HOSTS = ["127.0.0.1"]
    assert (public_address("127.0.0.1", 443), public_address("127.0.0.1", 5432)) == ("127.0.0.1", None)


@pytest.mark.parametrize("path", ["/cover.jpg", "/moved"])
def test_a_picture_is_fetched_also_after_a_redirect_on_the_same_host(host, path):
    assert fetch_picture(f"{host}{path}") == cover_picture(BytesIO(jpeg()))


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/nothing", NoPictureThere),
        ("/round", NoPictureThere),
        ("/away", NoPictureThere),
        ("/nowhere", NoPictureThere),
        ("/page", NotAPicture),
        ("/huge", PictureTooLarge),
        ("/slow", NoPictureThere),
    ],
)
def test_what_is_no_picture_is_given_up(host, settings, path, refusal):
    settings.COVER_MAX_BYTES, settings.COVER_TIMEOUT_SECONDS = 20_000, 0.3

    with pytest.raises(refusal):
        fetch_picture(f"{host}{path}")


def test_a_host_that_is_away_is_given_up(settings):
    settings.COVER_HOSTS = ["127.0.0.1:9"]

    with pytest.raises(NoPictureThere):
        fetch_picture("http://127.0.0.1:9/cover.jpg")


def test_who_names_a_picture_gets_it(host, now):
    book = BookFactory()
    services.update_book(book_id=book.pk, changes={"cover_url": f"{host}/cover.jpg"}, now=now)
    event = OutboxEvent.objects.get(name="book.cover_wanted")

    for _delivered_twice in range(2):
        fetch_named_cover(Delivered(event.pk, event.name, event.payload, event.recorded_at))

    assert refreshed(book).cover_picture == cover_picture(BytesIO(jpeg())).hash
    assert (book.version, Pictures.asked["/cover.jpg"]) == (2, 1)


def test_a_failed_try_is_not_repeated_until_the_address_changes(host, now):
    book = named(f"{host}/nothing")

    tries = [services.fetch_cover(book_id=book.pk, now=now) for _ in range(3)]
    services.update_book(book_id=book.pk, changes={"cover_url": f"{host}/cover.jpg"}, now=now)

    assert (tries, Pictures.asked["/nothing"]) == ([False] * 3, 1)
    assert services.fetch_cover(book_id=book.pk, now=now) is True


def test_another_host_is_not_even_announced(host, now):
    book = BookFactory()

    services.update_book(book_id=book.pk, changes={"cover_url": "https://elsewhere.example/1.jpg"}, now=now)

    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["book.updated"]


def test_a_picture_that_a_librarian_sends_meanwhile_stays(host, now):
    book = named(f"{host}/cover.jpg")
    wanted = services.cover_wishes.want_cover(book_id=book.pk, now=now)
    own = BytesIO()
    Image.new("RGB", (100, 150), "gold").save(own, "PNG")
    own_picture = cover_picture(BytesIO(own.getvalue()))
    services.set_cover_picture(book_id=book.pk, picture=own_picture, now=now.replace(year=now.year + 1))

    services.covers.cover_fetched(wanted=wanted, picture=cover_picture(BytesIO(jpeg())))

    assert refreshed(book).cover_picture == own_picture.hash
    assert services.fetch_cover(book_id=book.pk, now=now) is False


def test_imported_books_are_looked_after_a_few_at_a_time(host, monkeypatch):
    monkeypatch.setattr(tasks, "COVERS_AT_ONCE", 2)
    elsewhere, withdrawn = named("https://elsewhere.example/1.jpg"), named(f"{host}/cover.jpg")
    Book.objects.filter(pk=withdrawn.pk).update(withdrawn_at=withdrawn.created_at)
    for _ in range(3):
        named(f"{host}/cover.jpg")

    assert [tasks.fetch_covers() for _run in range(4)] == [2, 1, 0, 0]
    assert refreshed(elsewhere).cover_fetched_at is not None


def test_the_command_tries_again_when_asked_to(host, capsys):
    book = named(f"{host}/nothing")
    call_command("fetch_covers", limit=5)
    Book.objects.filter(pk=book.pk).update(cover_url=f"{host}/cover.jpg")
    call_command("fetch_covers", limit=5)
    call_command("fetch_covers", limit=5, again=True)

    assert capsys.readouterr().out.splitlines() == [
        "0 pictures fetched", "0 pictures fetched", "1 to be tried again", "1 pictures fetched",
    ]  # fmt: skip
