"""What protects every answer: headers, a policy that the pages keep, cookies, and forms only we can send."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.contrib.sessions.models import Session as WebSession
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone

from accounts.models import Role, User
from reservations import services as lending
from subscriptions.services import start_top_up
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.authors import AuthorAccountFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import patron, person
from tests.factories.tokens import bearer
from tests.page_walk import Inline, addresses
from tests.test_architecture import PRODUCTION, manage

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
LOOSER = {
    "/docs/": {"img-src": "'self' data:"},
    "/redoc/": {
        "img-src": "'self' data:",
        "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
        "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
        "worker-src": "blob:",
    },
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def breaks(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def suspects(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def forbids(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [
    path("breaks/", breaks),
    path("api/breaks/", breaks),
    path("suspects/", suspects),
    path("forbids/", forbids),
    path("", include("library_portal.urls")),
]
handler400 = "library_portal.pages.bad_request"
handler403 = "library_portal.pages.permission_denied"
handler404 = "library_portal.pages.page_not_found"
handler500 = "library_portal.pages.server_error"


def policy(answer: Any) -> dict[str, str]:
    return dict(part.partition(" ")[::2] for part in answer["Content-Security-Policy"].split("; "))


def weaknesses(address: str, answer: Any) -> list[str]:
    """What is not as it should be in the headers and the page."""
    found = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
    found += [] if policy(answer) == POLICY | LOOSER.get(address, {}) else ["policy"]
    found += [] if "camera=()" in answer["Permissions-Policy"] else ["permissions"]
    if answer["Content-Type"].startswith("text/html"):
        found += Inline(answer.content.decode()).found
    return found


@pytest.mark.parametrize(
    "page",
    [
        "<script>x()</script>",
        "<style>p {}</style>",
        "<p style='color: red'>",
        "<p onclick=x()>",
        "<a href=' JavaScript:x()'>",
    ],
)
def test_what_breaks_the_policy_is_found(page: str) -> None:
    assert len(Inline(f"<html><body>{page}").found) == 1


def log_in(client: Client, role: str) -> User:
    """Somebody with everything that has a page: money, a link to an author, an authenticator being set up."""
    user = patron(plan="PREMIUM") if role == Role.CUSTOMER else person(role)
    if role == Role.AUTHOR:
        AuthorAccountFactory(user=user)
    client.force_login(user)
    client.post("/me/security/authenticator/begin/")
    return user


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "must_see"),
    [
        (None, {"/", "/books/", "/login/", "/signup/", "/password/reset/", "/dev/mailbox/"}),
        (Role.CUSTOMER, {"/me/", "/me/wallet/", "/me/profile/", "/me/security/authenticator/"}),
        (Role.AUTHOR, {"/author/", "/author/bank-account/"}),
        (Role.LIBRARIAN, {"/admin/", "/admin/books/book/", "/admin/books/book/add/", "/admin/accounts/patron/"}),
        (Role.ADMIN, {"/admin/accounts/user/add/", "/admin/subscriptions/plan/add/", "/admin/audit/auditentry/"}),
    ],
)
def test_no_page_of_anybody_needs_an_exception_from_the_policy(
    client: Client, role: str | None, must_see: set[str]
) -> None:
    book, user = book_with_copies(2), log_in(client, role) if role else patron()
    if role == Role.CUSTOMER:
        lending.reserve(user_id=user.pk, book_id=book.pk, days=7, join_queue=True, now=timezone.now())
    ids = {"books/": book.pk, "authors/": book.authors.first().pk}
    payment = start_top_up(user_id=patron().pk, amount=Decimal(5), provider="test")
    must_see = must_see | {
        f"/books/{book.pk}/",
        "/books/?q=a",
        payment.checkout_url.removeprefix(portal_settings.PUBLIC_URL),
    }
    staff_only = {"/admin/books/", f"/admin/accounts/patron/{user.pk}/end-sessions/"}

    answers = {address: client.get(address) for address in {*addresses(ids), *must_see, *staff_only}}

    assert {address for address, answer in answers.items() if answer.status_code == 200} >= must_see
    assert {address: wrong for address, answer in answers.items() if (wrong := weaknesses(address, answer))} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/static/css/base.css", 200),
        ("/api/v1/books/", 200),
        ("/api/v1/users/me/", 401),
        ("/api/v1/nowhere/", 404),
        ("/api/breaks/", 500),
        ("/nowhere/", 404),
        ("/?q=%00", 400),
        ("/suspects/", 400),
        ("/forbids/", 403),
        ("/breaks/", 500),
        ("/health/live/", 200),
    ],
)
@override_settings(ROOT_URLCONF=__name__)
def test_files_the_api_and_every_refusal_are_protected_alike(address: str, status: int) -> None:
    answer = Client(raise_request_exception=False).get(address)
    answer.close()

    headers = {name: answer.headers.get(name) for name in HEADERS}
    assert (answer.status_code, headers, policy(answer)) == (status, HEADERS, POLICY)


@pytest.mark.django_db
def test_an_unknown_host_and_the_way_to_https_are_protected_alike(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["library.example"]
    strange = client.get("/", headers={"Host": "evil.example"})
    settings.SECURE_SSL_REDIRECT = True
    redirect = Client().get("/", headers={"Host": "library.example"})

    assert (strange.status_code, policy(strange)) == (400, POLICY)
    assert (redirect.status_code, redirect["Location"]) == (301, "https://library.example/")
    assert (policy(redirect), redirect["X-Content-Type-Options"]) == (POLICY, "nosniff")


@pytest.mark.django_db
def test_what_is_personal_is_kept_by_nobody(api: Any, client: Client) -> None:
    reader = UserFactory(second_step=False)
    signed_up = {"username": reader.username, "password": PASSWORD}
    as_reader = bearer(reader)
    answers = [
        api.post("/api/v1/auth/login/", signed_up),
        api.get("/api/v1/users/me/", headers=as_reader),
        api.get("/api/v1/books/", headers=as_reader),
    ]
    client.force_login(reader)
    answers += [client.get(address) for address in ("/", "/me/", "/me/wallet/", "/books/", "/api/v1/users/me/")]

    assert [answer.status_code for answer in answers] == [200] * 8
    assert {answer["Cache-Control"] for answer in answers} == {"private, no-store"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/books/", "/api/v1/books/"])
def test_what_strangers_see_is_asked_for_again_and_shared_with_nobody(client: Client, address: str) -> None:
    assert client.get(address)["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/books/", "/books/{book}/", "/login/", "/nowhere/"])
def test_pages_vary_by_cookie(client: Client, address: str) -> None:
    answer = client.get(address.format(book=book_with_copies(1).pk))
    assert "Cookie" in answer["Vary"]


@pytest.mark.django_db
def test_a_reader_who_has_the_answer_already_is_still_told_so(api: Any) -> None:
    address = f"/api/v1/books/{book_with_copies(1).pk}/"
    first = api.get(address)
    again = api.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")


def in_production(*names: str, **environment: str) -> dict[str, Any]:
    """The settings of these names as production has them."""
    script = (
        f"import json; from django.conf import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    )
    printed = manage("shell", "--no-imports", "-c", script, **PRODUCTION, **environment)
    assert printed.returncode == 0, printed.stderr
    return dict(zip(names, json.loads(printed.stdout), strict=True))


@pytest.mark.django_db
def test_in_production_cookies_belong_to_this_host_alone_and_no_script_reads_them(settings: Any) -> None:
    for name, value in in_production(
        "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE",
    ).items():  # fmt: skip
        setattr(settings, name, value)
    client, reader = Client(), UserFactory(second_step=False)
    client.get("/login/", secure=True)
    client.post("/login/", {"identifier": reader.username, "password": PASSWORD}, secure=True)
    client.post("/theme/", {"theme": "dark"}, secure=True)

    attributes = ("secure", "httponly", "samesite", "path", "domain")
    cookies = {name: tuple(cookie[part] for part in attributes) for name, cookie in client.cookies.items()}
    assert set(cookies) >= {"__Host-sessionid", "__Host-csrftoken", "theme"}
    assert set(cookies.values()) == {(True, True, "Lax", "/", "")}


@pytest.mark.django_db
def test_in_production_browsers_are_held_to_https(client: Client, settings: Any) -> None:
    names = "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "CONTENT_SECURITY_POLICY"
    for name, value in in_production(*names, CHECKOUT_ORIGINS="https://pay.example").items():
        setattr(settings, name, value)

    answer = client.get("/health/live/", secure=True)

    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    changed = {"upgrade-insecure-requests": "", "form-action": "'self' https://pay.example"}
    assert policy(answer) == POLICY | changed


@pytest.mark.django_db
def test_a_login_takes_a_new_session_and_the_old_one_is_gone(client: Client) -> None:
    reader = UserFactory()
    client.post("/login/", {"identifier": reader.username, "password": PASSWORD})
    before = client.session.session_key
    client.force_login(reader)

    assert before is not None
    assert client.session.session_key != before
    assert not WebSession.objects.filter(pk=before).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/login/", "/signup/", "/logout/", "/theme/", "/admin/login/"])
def test_no_form_is_taken_without_its_token_or_from_another_site(address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/login/")
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}

    without = client.post(address)
    elsewhere = client.post(address, token, headers={"Origin": "https://evil.example"})
    ours = client.post(address, token, headers={"Origin": "http://testserver"})

    assert (without.status_code, elsewhere.status_code) == (403, 403)
    assert ours.status_code != 403


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/logout/", "/theme/", "/login/code/resend/"])
def test_nothing_is_changed_by_following_a_link(client: Client, address: str) -> None:
    client.force_login(patron())
    assert client.get(address).status_code == 405
    assert client.get("/me/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/static/css/base.css", "/api/v1/plans/", "/api/v1/users/me/", "/api/v1/none/"]
)
def test_no_other_site_may_read_an_answer(client: Client, address: str) -> None:
    """Neither what is asked for nor what is asked beforehand."""
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = client.generic(method, address, headers=asked)
        assert [name for name in answer.headers if name.startswith("Access-Control-")] == []
        answer.close()
