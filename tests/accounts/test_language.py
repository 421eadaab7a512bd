"""The language a person has chosen, or a stranger for the browser: on pages, in the API's words, in messages."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from accounts.models import User
from library_portal.notifications.languages import in_their_language
from library_portal.outbox.registry import Delivered
from tests.accounts.codes_sent import code_from_mail
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
GERMAN, ENGLISH = '<html lang="de"', '<html lang="en"'


@pytest.fixture(autouse=True)
def two_languages(settings) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "German")]


def page(client: Client, **more: str) -> str:
    return client.get("/login/" if not more else "/books/", headers=more).content.decode()


def test_a_stranger_gets_what_the_browser_asks_for_and_may_choose_another(client) -> None:
    assert GERMAN in page(client, **{"Accept-Language": "de"})
    chosen = client.post("/language/", {"language": "en", "next": "/books/?q=x"})
    assert chosen.url == "/books/?q=x"
    assert ENGLISH in page(client, **{"Accept-Language": "de"})


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "/\\evil.example/"])
def test_choosing_a_language_leads_nowhere_else(client, away) -> None:
    assert client.post("/language/", {"language": "de", "next": away}).url == "/"


def test_a_language_that_is_not_spoken_is_not_taken(client) -> None:
    client.post("/language/", {"language": "xx"})
    assert ENGLISH in page(client)


def test_the_choice_is_offered_to_strangers_only_and_only_where_there_is_one(client, settings) -> None:
    assert 'name="language" value="de" lang="de" aria-pressed="false"' in page(client)
    settings.LANGUAGES = [("en", "English")]
    assert 'name="language"' not in page(client)
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    client.force_login(UserFactory())
    assert 'action="/language/"' not in client.get("/books/").content.decode()


def test_who_is_logged_in_gets_the_chosen_language_whatever_the_browser_asks_for(client) -> None:
    user = UserFactory()
    client.force_login(user)
    assert client.post("/me/profile/", {"language": "de"}).status_code == 302
    answer = client.get("/books/", headers={"Accept-Language": "en"})
    assert GERMAN in answer.content.decode()
    assert answer["Content-Language"] == "de"
    User.objects.filter(pk=user.pk).update(language="")
    assert ENGLISH in client.get("/books/", headers={"Accept-Language": "en"}).content.decode()
    assert ENGLISH in page(Client())


def test_the_api_speaks_the_language_of_the_app(api) -> None:
    answer = api.post("/api/v1/auth/login/", {}, headers={"Accept-Language": "de"})
    assert answer.json()["errors"]["username"] == ["Dieses Feld ist zwingend erforderlich."]


def test_mail_is_in_the_language_of_its_person(api) -> None:
    user = UserFactory(language="de")
    api.post("/api/v1/auth/login/", {"username": user.username, "password": "a-long-passphrase"})
    code_from_mail(user.email)
    [(html, _type)] = mail.outbox[0].alternatives
    assert GERMAN in html


def test_a_handler_speaks_to_its_person_and_then_as_before() -> None:
    spoken = []
    handler = in_their_language(lambda delivered: spoken.append(translation.get_language()))
    for language in ("de", ""):
        handler(Delivered(1, "x", {"user_id": UserFactory(language=language).pk}, ""))
    assert (spoken, translation.get_language()) == (["de", "en"], "en")
