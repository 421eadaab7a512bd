"""After everything that people do with secrets, done on the running portal, no secret is in its database, in what was
said to Valkey (cache and queues), or in its logs: neither as it is nor as a plain hash. The mailbox delivers codes and
links, so it has them."""

import hashlib
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from typing import Any

import pyotp
import pytest

from library_portal.embedded.home import Home
from tests.everything_kept import everything_in_postgresql, everything_in_the_logs, watching_valkey
from tests.running import Mailbox, Portal
from tests.waiting import until

NAME, MAIL, NEW_MAIL = "secretive", "secretive@library.example", "other-secretive@library.example"
PASSWORDS = {name: f"{name}-walk-by-the-river" for name in ("first", "wrong", "changed", "reset")}
IBAN, HOLDER = "DE89370400440532013000", "Secretive Holder of an Account"
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Person:
    """With an app and a browser; remembers every secret that passes through their hands."""

    def __init__(self, portal: Portal, mailbox: Mailbox) -> None:
        self.portal, self.mailbox = portal, mailbox
        self.secrets: set[str] = set(PASSWORDS.values())
        self.codes: set[str] = set()
        self.tokens = {"access": "", "refresh": ""}
        self.cookies = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def call(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{path}-{len(self.secrets)}"}
        if self.tokens["access"]:
            headers["Authorization"] = f"Bearer {self.tokens['access']}"
        url = f"{self.portal.url}/api/v1/{path}"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                got, content = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            got, content = error.code, error.read()
        assert got == status, f"{method} {path}: {got} {content[:300]!r}"
        return json.loads(content or b"null")

    def logged_in(self, tokens: dict[str, str]) -> None:
        self.tokens = tokens
        self.secrets |= set(tokens.values())

    def code_in_mail(self, to: str) -> str:
        """The newest that was not used yet."""
        until(lambda: self.mailbox.code_for(to) not in self.codes)
        code = self.mailbox.code_for(to)
        self.codes.add(code)
        return code

    def wrong_code(self, right: str) -> str:
        code = f"{(int(right) + 123_457) % 10**6:06}"
        self.codes.add(code)
        return code

    def visit(self, path: str, **form: str) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.portal.url + path, data, {"Referer": self.portal.url + path})
        with self.browser.open(request, timeout=30) as answer:
            return answer.read().decode()

    def fill_in(self, path: str, **form: str) -> str:
        token = FORM_TOKEN.search(self.visit(path))
        assert token, path
        return self.visit(path, csrfmiddlewaretoken=token[1], **form)


def sign_up_and_in(person: Person) -> None:
    begun = person.call("POST", "auth/signup/", 201, username=NAME, email=MAIL, password=PASSWORDS["first"])
    code = person.code_in_mail(MAIL)
    person.call("POST", "auth/verify-otp/", 401, login_id=begun["login_id"], code=person.wrong_code(code))
    person.logged_in(person.call("POST", "auth/verify-otp/", login_id=begun["login_id"], code=code))
    person.logged_in(person.call("POST", "auth/refresh/", refresh=person.tokens["refresh"]))


def log_in_with_a_browser(person: Person) -> None:
    person.fill_in("/login/", identifier=NAME, password=PASSWORDS["wrong"])
    person.fill_in("/login/", identifier=NAME, password=PASSWORDS["first"])
    code = person.code_in_mail(MAIL)
    person.fill_in("/login/code/", code=person.wrong_code(code))
    assert NAME in person.fill_in("/login/code/", code=code)


def set_up_an_authenticator_and_use_it(person: Person) -> None:
    enrolment = person.call("POST", "auth/totp/", 201)
    app = pyotp.TOTP(enrolment["secret"])
    code = app.now()
    recovery_codes = person.call("POST", "auth/totp/confirm/", code=code)["recovery_codes"]
    person.codes.add(code)
    person.secrets |= {enrolment["secret"], *recovery_codes, *(one.replace("-", "") for one in recovery_codes)}
    begun = person.call("POST", "auth/login/", username=NAME, password=PASSWORDS["first"])
    person.call("POST", "auth/verify-otp/", 401, login_id=begun["login_id"], code=person.wrong_code(code))
    used = person.call("POST", "auth/verify-otp/", login_id=begun["login_id"], code=recovery_codes[0])
    person.logged_in(used)
    person.call("DELETE", "auth/totp/", 204)


def change_the_password_and_the_address(person: Person) -> None:
    person.call("POST", "auth/confirm/", 400, password=PASSWORDS["wrong"])
    person.call("POST", "auth/confirm/", 204, password=PASSWORDS["first"])
    passwords = {"old_password": PASSWORDS["first"], "new_password": PASSWORDS["changed"]}
    person.call("POST", "auth/password/change/", 204, **passwords)
    [change] = person.call("PATCH", "users/me/", email=NEW_MAIL)["confirmations"]
    code = person.code_in_mail(NEW_MAIL)
    confirm = {"confirmation_id": change["confirmation_id"]}
    person.call("POST", "users/me/confirm-address/", 401, **confirm, code=person.wrong_code(code))
    person.call("POST", "users/me/confirm-address/", **confirm, code=code)


def reset_the_password(person: Person) -> None:
    person.call("POST", "auth/password/reset/", 202, username=NAME)
    link = person.mailbox.wait_for(NEW_MAIL, r"/password/reset/confirm/#(\S+)")
    person.secrets.add(link)
    person.call("POST", "auth/password/reset/confirm/", 401, token=f"{link[:-2]}xx", password=PASSWORDS["reset"])
    person.call("POST", "auth/password/reset/confirm/", 204, token=link, password=PASSWORDS["reset"])
    begun = person.call("POST", "auth/login/", username=NEW_MAIL, password=PASSWORDS["reset"])
    code = person.code_in_mail(NEW_MAIL)
    person.logged_in(person.call("POST", "auth/verify-otp/", login_id=begun["login_id"], code=code))
    person.call("GET", "users/me/export/")


def give_a_bank_account(person: Person) -> None:
    """As the demo author."""
    person.logged_in(person.call("POST", "auth/login/", username="author", password="portal-demo"))
    author = person.call("GET", "users/me/author/")["author"]["id"]
    person.call("PATCH", f"authors/{author}/", bank_account={"iban": IBAN, "holder": HOLDER})
    person.secrets |= {IBAN, HOLDER, " ".join(IBAN[at : at + 4] for at in range(0, len(IBAN), 4))}


@pytest.fixture(scope="module")
def places(portal: Portal) -> dict[str, Any]:
    """Everything done once; what was left where, and the secrets that passed."""
    person = Person(portal, Mailbox(portal.var_dir))
    with watching_valkey(portal) as heard:
        sign_up_and_in(person)
        log_in_with_a_browser(person)
        set_up_an_authenticator_and_use_it(person)
        change_the_password_and_the_address(person)
        reset_the_password(person)
        give_a_bank_account(person)
    private = Home(portal.var_dir).private()
    assert private is not None
    person.secrets.add(private.secret_key)
    kept = {"postgresql": everything_in_postgresql(portal), "valkey": heard[0], "logs": everything_in_the_logs(portal)}
    cookies = [cookie.value for cookie in person.cookies if cookie.name.endswith("sessionid")]
    return {"person": person, "kept": kept, "cookies": cookies}


def forms_of(secret: str) -> set[str]:
    """As it is, and as whoever hashes or packs without a key would have it."""
    given = secret.encode()
    digests = {hashlib.new(name, given) for name in ("md5", "sha1", "sha256", "sha512")}
    hashed = {form for one in digests for form in (one.hexdigest(), b64encode(one.digest()).decode().rstrip("="))}
    return {secret, given.hex(), b64encode(given).decode().rstrip("="), *hashed}


def test_the_search_finds_what_is_there(places: dict[str, Any], portal: Portal) -> None:
    """The control: what is no secret is found in each place, also inside what is packed."""
    kept = places["kept"]
    assert NAME in kept["postgresql"]
    assert MAIL in kept["postgresql"]
    assert '"pending_login"' in kept["postgresql"] or '"session_id"' in kept["postgresql"]  # out of a web session
    assert "otp" in kept["valkey"]
    assert "library_portal.outbox.tasks" in kept["valkey"]
    assert portal.url in kept["logs"]
    assert len(places["person"].secrets) > 25
    assert len(places["person"].codes) > 8
    assert places["cookies"]


@pytest.mark.parametrize("place", ["postgresql", "valkey", "logs"])
def test_no_secret_is_kept(place: str, places: dict[str, Any]) -> None:
    kept = places["kept"][place]
    forms = {form for secret in places["person"].secrets for form in forms_of(secret)}
    assert [form for form in forms if form in kept] == []


@pytest.mark.parametrize("place", ["postgresql", "valkey", "logs"])
def test_no_code_is_kept(place: str, places: dict[str, Any]) -> None:
    """Six digits that stand alone: after a point they are a fraction of a second, beside letters part of a hash."""
    kept = places["kept"][place]
    standing_alone = set(re.findall(r"(?<![\da-zA-Z.])\d{6}(?![\da-zA-Z])", kept))
    hashed = {form for code in places["person"].codes for form in forms_of(code) - {code, code.encode().hex()}}
    assert places["person"].codes & standing_alone == set()
    assert [form for form in hashed if len(form) > 12 and form in kept] == []


@pytest.mark.parametrize("place", ["postgresql", "valkey", "logs"])
def test_no_session_cookie_is_kept(place: str, places: dict[str, Any]) -> None:
    assert [cookie for cookie in places["cookies"] if cookie in places["kept"][place]] == []
