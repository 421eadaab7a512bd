"""What every page keeps: the theme, error pages, no inline script or style, and colours that can be read."""

import re

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

from library_portal import pages
from library_portal.errors import Forbidden, NotFound, RateLimited, ServiceUnavailable
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

INLINE = re.compile(
    r"""\s(style|on[a-z]+)\s*=\s*["']|<style|<script(?! type="application/ld\+json">)(?![^>]*\ssrc=)|javascript:""",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"""(?:src|srcset|href)=["'](?:https?:)?//(?!127\.0\.0\.1)""")
CSS = settings.BASE_DIR / "static" / "css"

# Text on its ground needs 4.5:1, edges and focus rings 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
TEXT = [
    ("ink", "ground"), ("ink", "card"), ("ink", "sunken"), ("muted", "ground"), ("muted", "card"), ("muted", "sunken"),
    ("green", "ground"), ("green", "card"), ("green", "sunken"), ("on-green", "green"), ("on-green", "green-strong"),
    ("green-text", "green-wash"), ("lamp-text", "lamp-wash"), ("on-lamp", "lamp"), ("red-text", "red-wash"),
    ("red-text", "card"), ("blue-text", "blue-wash"), ("on-hall", "hall"), ("on-hall-muted", "hall"),
    ("on-hall-muted", "hall-deep"), ("ink", "lamp-wash"), ("ink", "red-wash"), ("ink", "green-wash"),
]  # fmt: skip
EDGES = [
    ("edge", "card"),
    ("edge", "ground"),
    ("focus", "ground"),
    ("focus", "card"),
    ("focus-hall", "hall"),
    ("lamp", "hall"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def tokens(theme: int) -> dict[str, str]:
    """The colours of tokens.css by name; theme 0 is light, 1 is dark."""
    css = (CSS / "tokens.css").read_text()
    both = {name: pair[theme] for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)}
    return both | dict(re.findall(r"--([\w-]+): (#\w{6});", css))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_colour_can_be_read_on_its_ground(theme: int) -> None:
    colours = tokens(theme)
    needed = [(pair, 4.5) for pair in TEXT] + [(pair, 3.0) for pair in EDGES]
    low = {pair for pair, least in needed if contrast(colours[pair[0]], colours[pair[1]]) < least}
    assert low == set()


def test_titles_can_be_read_on_every_cloth() -> None:
    cloths = re.findall(r"\.cloth-(\w+)\s*\{ --cover: (#\w+); --cover-ink: (#\w+);", (CSS / "covers.css").read_text())
    assert len(cloths) == 12
    assert {name for name, cloth, ink in cloths if contrast(cloth, ink) < 4.5} == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/books/",
        "/books/?q=a",
        "/books/{book}/",
        "/books/{book}/reserve/",
        "/me/",
        "/me/wallet/",
        "/me/inbox/",
        "/me/profile/",
        "/me/profile/phone/",
        "/me/profile/notifications/",
        "/me/profile/privacy/",
        "/me/security/",
        "/login/",
        "/signup/",
        "/nowhere/",
    ],
)
def test_no_page_needs_more_than_this_site_and_its_files(client: Client, address: str) -> None:
    book = book_with_copies(1)
    if address.startswith("/me/") or "reserve" in address:
        client.force_login(patron())
    page = client.get(address.format(book=book.pk)).content.decode()
    assert INLINE.findall(page) == []
    assert ELSEWHERE.findall(page) == []
    assert page.count("<h1") == 1
    assert '<a class="skip-link" href="#content">' in page


@pytest.mark.django_db
def test_the_chosen_theme_is_remembered_and_drawn_at_once(client: Client) -> None:
    assert 'data-theme="auto"' in client.get("/").content.decode()
    answer = client.post("/theme/", {"theme": "dark", "next": "/books/?q=x"})
    assert answer.url == "/books/?q=x"
    assert 'data-theme="dark"' in client.get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "away", ["shelf", "book", "?q=1", "//evil.example/", "/\\evil.example/", "https:evil.example", "/\t/"]
)
def test_going_on_takes_a_path_of_this_site_and_no_name_of_a_view(client: Client, away: str) -> None:
    taken = "/%09/" if away == "/\t/" else "/"
    assert client.post("/theme/", {"theme": "dark", "next": away}).url == taken


@pytest.mark.django_db
@pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
def test_a_theme_that_does_not_exist_changes_nothing(client: Client, theme: str) -> None:
    answer = client.post("/theme/", {"theme": theme, "next": "https://evil.example/"})
    assert (answer.url, dict(answer.cookies)) == ("/", {})
    client.cookies["theme"] = theme
    assert 'data-theme="auto"' in client.get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "arguments", "status", "words"),
    [
        (pages.bad_request, [ValueError()], 400, "makes no sense"),
        (pages.permission_denied, [PermissionDenied()], 403, "for staff"),
        (pages.page_not_found, [ValueError()], 404, "not on any shelf"),
        (pages.csrf_failure, [], 403, "gone stale"),
        (pages.server_error, [], 500, "broke on our side"),
    ],
)
def test_every_error_has_a_page_that_helps_on(rf: RequestFactory, view, arguments, status, words) -> None:
    answer = view(rf.get("/"), *arguments)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_the_page_for_our_own_failures_needs_no_database(rf: RequestFactory) -> None:
    assert pages.server_error(rf.get("/")).status_code == 500


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotFound(), 404),
        (Forbidden(), 403),
        (RateLimited(retry_after=7), 429),
        (ServiceUnavailable(retry_after=7), 503),
    ],
)
def test_a_refusal_becomes_the_page_that_fits_it(rf: RequestFactory, refusal, status) -> None:
    answer = pages.ShowRefusals(lambda _request: None).process_exception(rf.get("/"), refusal)
    assert answer.status_code == status
    assert answer.get("Retry-After") == ("7" if status in (429, 503) else None)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "That was too often. Please try again in 1 minute."),
        (60, "That was too often. Please try again in 1 minute."),
        (3541, "That was too often. Please try again in 60 minutes."),
    ],
)
def test_who_asked_too_often_is_told_how_long_to_wait(seconds: int, said: str) -> None:
    assert str(RateLimited(retry_after=seconds)) == said


def test_other_errors_are_not_hidden(rf: RequestFactory) -> None:
    assert pages.ShowRefusals(lambda _request: None).process_exception(rf.get("/"), ValueError()) is None
