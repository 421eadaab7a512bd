"""Watching in the browser: buttons that work without a script, and the list of what one watches."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

import reservations.services
from accounts.models import User
from books.models import Book, Copy
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.watching import FollowFactory, WatchFactory
from tests.test_pages import ELSEWHERE, INLINE
from watching.models import Watch

pytestmark = pytest.mark.django_db
WATCHING, TELL_ME, NEW_BOOKS = "/me/watching/", "Tell me when it is available", "Tell me of new books"


@pytest.fixture
def reader() -> User:
    return patron()


@pytest.fixture
def browser(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


@pytest.fixture
def lent() -> Book:
    """Its only copy is on loan."""
    book = book_with_copies(1, title="Emma")
    Copy.objects.filter(book=book).update(status=Copy.Status.ON_LOAN)
    return book


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def watched_by(reader: User) -> list[tuple[int | None, int | None]]:
    return list(Watch.objects.filter(user=reader).order_by("pk").values_list("book_id", "author_id"))


def test_a_book_that_is_out_is_watched_and_no_longer_by_one_button(browser: Client, reader: User, lent: Book) -> None:
    page = f"/books/{lent.pk}/"
    assert 'name="watch" value="on" aria-pressed="false">' in text(browser.get(page))
    for _twice in range(2):
        begun = browser.post(f"{page}watch/", {"watch": "on"}, follow=True)
        assert (begun.redirect_chain, watched_by(reader)) == ([(page, 302)], [(lent.pk, None)])
    assert 'name="watch" value="off" aria-pressed="true">' in text(begun)
    assert "You watch this book." in text(begun)
    for _twice in range(2):
        ended = browser.post(f"{page}watch/", {"watch": "off"}, follow=True)
        assert ("You no longer watch this book." in text(ended), watched_by(reader)) == (True, [])


def test_an_author_is_followed_and_no_longer_by_one_button(browser: Client, reader: User) -> None:
    author = AuthorFactory()
    page = f"/authors/{author.pk}/"
    assert 'name="watch" value="on" aria-pressed="false">' in text(browser.get(page))
    begun = browser.post(f"{page}follow/", {"watch": "on"}, follow=True)
    assert 'name="watch" value="off" aria-pressed="true">' in text(begun)
    assert watched_by(reader) == [(None, author.pk)]
    browser.post(f"{page}follow/", {"watch": "off"})
    assert watched_by(reader) == []


def test_no_watch_is_offered_for_a_book_on_the_shelf_nor_to_who_has_asked_for_it(
    browser: Client, reader: User, lent: Book, now: datetime
) -> None:
    assert TELL_ME not in text(browser.get(f"/books/{book_with_copies(1).pk}/"))
    assert TELL_ME in text(browser.get(f"/books/{BookFactory().pk}/"))
    assert TELL_ME in text(browser.get(f"/books/{lent.pk}/"))
    reservations.services.reserve(user_id=reader.pk, book_id=lent.pk, days=7, join_queue=True, now=now)
    assert TELL_ME not in text(browser.get(f"/books/{lent.pk}/"))


def test_a_refusal_is_a_message_on_the_page(browser: Client, reader: User, lent: Book, settings: Any) -> None:
    free = book_with_copies(1)
    answer = browser.post(f"/books/{free.pk}/watch/", {"watch": "on"}, follow=True)
    assert "A copy is on the shelf now: reserve it." in text(answer)
    settings.MAX_WATCHES = 0
    answer = browser.post(f"/books/{lent.pk}/watch/", {"watch": "on"}, follow=True)
    assert "You watch and follow as much as one person may." in text(answer)
    assert watched_by(reader) == []


def test_who_is_not_logged_in_is_led_to_the_login_and_back(client: Client, lent: Book) -> None:
    author = AuthorFactory()
    for page, action in ((f"/books/{lent.pk}/", "watch/"), (f"/authors/{author.pk}/", "follow/")):
        login = f"/login/?next={page}"
        assert f'href="{login}"' in text(client.get(page)).split('class="watch"')[1].split("</div>")[0]
        assert client.post(f"{page}{action}", {"watch": "on"}).url == login
    assert client.get(WATCHING).url == f"/login/?next={WATCHING}"
    assert not Watch.objects.exists()


def test_nothing_begins_without_a_token_of_the_form(reader: User, lent: Book) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reader)
    assert strict.post(f"/books/{lent.pk}/watch/", {"watch": "on"}).status_code == 403
    assert watched_by(reader) == []


@pytest.mark.parametrize("action", ["/books/987654321/watch/", "/authors/987654321/follow/"])
def test_what_is_not_there_is_not_found(browser: Client, action: str) -> None:
    assert browser.post(action, {"watch": "on"}).status_code == 404


def test_the_list_shows_both_and_ends_either(browser: Client, reader: User, now: datetime) -> None:
    book = WatchFactory(user=reader, book__title="Emma", book__withdrawn_at=now).book
    author = FollowFactory(user=reader, author__name="Iain M. Banks").author
    WatchFactory(book__title="Persuasion")
    page = text(browser.get(WATCHING))
    assert ["Emma" in page, "Iain M. Banks" in page, "Persuasion" in page] == [True, True, False]
    assert (INLINE.findall(page), ELSEWHERE.findall(page), page.count("<h1")) == ([], [], 1)
    for action in (f"/books/{book.pk}/watch/", f"/authors/{author.pk}/follow/"):
        assert f'action="{action}"' in page
        assert browser.post(action, {"watch": "off", "next": WATCHING}).url == WATCHING
    assert watched_by(reader) == []
    assert "You watch nothing yet" in text(browser.get(WATCHING))


def test_the_list_costs_the_same_however_long(
    browser: Client, reader: User, django_assert_max_num_queries: Any
) -> None:
    WatchFactory.create_batch(15, user=reader)
    FollowFactory.create_batch(15, user=reader)
    with django_assert_max_num_queries(12):
        page = text(browser.get(WATCHING))
    assert page.count("Stop watching") == page.count("Stop following") == 15


def test_both_kinds_of_message_are_chosen_in_the_profile(browser: Client) -> None:
    page = text(browser.get("/me/profile/notifications/"))
    assert '<th scope="row">Book available</th>' in page
    assert '<th scope="row">New book by a followed author</th>' in page


def test_librarians_see_how_many_watch_a_book_and_not_who(client: Client) -> None:
    client.force_login(librarian())
    emma = BookFactory(title="Emma", waiting_count=4)
    readers = [WatchFactory(book=emma).user for _ in range(3)]
    WatchFactory(book__title="Persuasion")
    page = client.get("/admin/watching/watchedbook/")
    rows = [(str(row.book), row.watchers, row.book.waiting_count) for row in page.context["cl"].result_list]
    assert rows == [("Emma", 3, 4), ("Persuasion", 1, 0)]
    assert f'href="/admin/books/book/{emma.pk}/change/"' in text(page)
    assert [reader.username for reader in readers if reader.username in text(page)] == []
    assert "Emma" in text(client.get("/admin/watching/watchedbook/?q=emm"))
    detail = client.get(f"/admin/watching/watchedbook/{emma.pk}/change/")
    assert [reader.username for reader in readers if reader.username in text(detail)] == []


def test_patrons_do_not_see_the_counts(browser: Client) -> None:
    assert browser.get("/admin/watching/watchedbook/").url.startswith("/admin/login/")
