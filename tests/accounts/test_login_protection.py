"""Guessing passwords gets ever slower, for one account, one address, and everybody together; owners still get in."""

from collections import Counter
from unicodedata import category

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from accounts import queries
from accounts.known_devices import Device, badge_for
from accounts.models import User
from library_portal.audit.models import AuditEntry
from tests.accounts.growing_older import DAY, HOUR, MINUTE, grow_older
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/api/v1/auth/login/"
HOME, CAFE = "203.0.113.9", "203.0.113.99"


@pytest.fixture(autouse=True)
def behind_a_proxy(settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]


@pytest.fixture
def user() -> User:
    return UserFactory(second_step=False)


def log_in(client, user: User, password: str = PASSWORD, *, address: str = HOME):
    body = {"username": user.username, "password": password}
    return client.post(LOGIN, body, headers={"X-Forwarded-For": address}, content_type="application/json")


def on_the_page(browser: Client, user: User, password: str = PASSWORD, *, address: str = HOME):
    body = {"identifier": user.username, "password": password}
    return browser.post("/login/", body, headers={"X-Forwarded-For": address})


def guess(client, user: User, times: int, *, address: str = HOME) -> list[int]:
    return [log_in(client, user, "wrong", address=address).status_code for _ in range(times)]


def exhaust_from_many_addresses(client, user: User, settings) -> None:
    settings.PASSWORD_GUESS_LIMITS_PER_ACCOUNT = ((20, HOUR),)
    guesses = [guess(client, user, 1, address=f"198.51.100.{number}")[0] for number in range(21)]
    assert guesses == [401] * 20 + [429]


def test_10_guesses_in_a_quarter_of_an_hour_20_in_an_hour_50_a_day(client, user) -> None:
    refused_after = []
    for pause in (0, 15 * MINUTE, HOUR, HOUR, HOUR, HOUR):
        grow_older(pause)
        refused_after.append(guess(client, user, 11).count(401))
    assert refused_after == [10, 10, 10, 10, 10, 0]
    grow_older(DAY)
    assert guess(client, user, 11) == [401] * 10 + [429]


def test_a_second_quarter_of_an_hour_is_the_last_of_its_hour(client, user) -> None:
    first = guess(client, user, 10)
    grow_older(15 * MINUTE)
    second = guess(client, user, 10)
    grow_older(15 * MINUTE)
    assert [*first, *second, *guess(client, user, 1)] == [401] * 20 + [429]
    assert log_in(client, user).status_code == 429


def test_the_owner_gets_in_from_a_known_address_whatever_strangers_try(client, user, settings) -> None:
    assert log_in(client, user).status_code == 200
    exhaust_from_many_addresses(client, user, settings)
    assert log_in(client, user, address=CAFE).status_code == 429
    assert log_in(client, user).status_code == 200


def test_the_owner_gets_in_with_a_known_browser_wherever_it_is(client, user, settings) -> None:
    browser = Client()
    assert on_the_page(browser, user).status_code == 302
    browser.post("/logout/")
    exhaust_from_many_addresses(client, user, settings)
    assert on_the_page(Client(), user, address=CAFE).status_code == 429
    assert on_the_page(browser, user, address=CAFE).status_code == 302


def test_a_neighbour_at_the_same_address_does_not_lock_a_known_browser_out(client, user) -> None:
    browser = Client()
    on_the_page(browser, user)
    browser.post("/logout/")
    assert guess(client, user, 11) == [401] * 10 + [429]
    assert on_the_page(browser, user).status_code == 302


def test_a_known_browser_has_a_limit_of_its_own(user) -> None:
    browser = Client()
    on_the_page(browser, user)
    browser.post("/logout/")
    statuses = [on_the_page(browser, user, "wrong", address=f"198.51.100.{n}").status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]


@pytest.mark.parametrize(
    "badge",
    [
        lambda user, other: badge_for(other.pk, device=Device()),
        lambda user, other: badge_for(user.pk, device=Device())[:-1] + "x",
        lambda user, other: f"[{user.pk}, 1]",
    ],
    ids=["of somebody else", "forged", "unsigned"],
)
def test_a_badge_that_is_not_ones_own_opens_nothing(client, user, settings, badge) -> None:
    exhaust_from_many_addresses(client, user, settings)
    browser = Client()
    browser.cookies["device"] = badge(user, UserFactory())
    assert on_the_page(browser, user, address=CAFE).status_code == 429


def test_the_badge_is_a_cookie_that_scripts_and_other_sites_do_not_get(user, settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    cookie = on_the_page(Client(), user).cookies["device"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        True,
        "Lax",
        "/",
        "",
    )
    assert cookie["max-age"] == 180 * DAY
    assert not any(secret in cookie.value for secret in (PASSWORD, user.password, user.username))


def test_a_login_that_did_not_finish_makes_no_place_known(client, settings) -> None:
    user = UserFactory()
    assert log_in(client, user, address=CAFE).json()["channel"] == "email"
    exhaust_from_many_addresses(client, user, settings)
    assert log_in(client, user, address=CAFE).status_code == 429


def test_a_place_is_known_for_90_days(client, user, settings) -> None:
    settings.KNOWN_PLACE_DAYS = 0
    log_in(client, user)
    exhaust_from_many_addresses(client, user, settings)
    assert log_in(client, user).status_code == 429


def test_one_address_may_not_try_everybody(client, settings) -> None:
    settings.PASSWORD_GUESS_LIMITS_PER_ADDRESS = ((5, HOUR),)
    people = UserFactory.create_batch(6)
    assert [guess(client, person, 1)[0] for person in people] == [401] * 5 + [429]
    assert guess(client, people[0], 1, address=CAFE) == [401]


def test_an_address_that_nobody_trusted_wrote_down_does_not_count(client, user, settings) -> None:
    settings.TRUSTED_PROXIES = []
    answers = [guess(client, user, 1, address=f"198.51.100.{number}")[0] for number in range(11)]
    assert answers == [401] * 10 + [429]


def test_a_stop_is_in_the_audit_log_once(client, user) -> None:
    guess(client, user, 15)
    stopped = AuditEntry.objects.filter(action="too_many_tries")
    assert list(stopped.values_list("whom", "address")) == [(user.pk, HOME)]


def test_spellings_that_find_one_person_are_counted_as_one() -> None:
    """For every letter that this Python and this PostgreSQL know."""
    letters = [chr(code) for code in range(0x21, 0x1F000) if category(chr(code)) not in ("Cn", "Cs")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter, lower(letter) FROM unnest(%s::text[]) AS letter", [letters])
        counted_as: dict[str, set[str]] = {}
        for letter, found_as in cursor.fetchall():
            counted_as.setdefault(found_as, set()).add(queries.folded(f"a{letter}z"))
    assert {found_as: spellings for found_as, spellings in counted_as.items() if len(spellings) > 1} == {}


def test_look_alike_letters_give_no_further_guesses(client, user) -> None:
    user.username = "isidor"
    user.save()
    spellings = ["isidor", "ISIDOR", "\u0130sidor", "is\u0130dor", " isidor"]
    answers = [log_in(client, User(username=spelling), "wrong").status_code for spelling in spellings * 3]
    assert answers == [401] * 10 + [429] * 5


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_wrong_passwords_from_one_address_are_ten_guesses(client, user) -> None:
    statuses = simultaneously(48, lambda _: log_in(client, user, "wrong").status_code)
    assert Counter(statuses) == {401: 10, 429: 38}
    assert log_in(client, user).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_wrong_passwords_from_48_addresses_stop_at_the_accounts_limit(client, user, settings) -> None:
    settings.PASSWORD_GUESS_LIMITS_PER_ACCOUNT = ((20, HOUR),)
    statuses = simultaneously(
        48, lambda number: log_in(client, user, "wrong", address=f"198.51.100.{number}").status_code
    )
    assert Counter(statuses) == {401: 20, 429: 28}


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_wrong_passwords_for_48_people_stop_at_the_addresss_limit(client, settings) -> None:
    settings.PASSWORD_GUESS_LIMITS_PER_ADDRESS = ((20, HOUR),)
    people = UserFactory.create_batch(48, password=make_password(PASSWORD))
    statuses = simultaneously(48, lambda number: log_in(client, people[number], "wrong").status_code)
    assert Counter(statuses) == {401: 20, 429: 28}
