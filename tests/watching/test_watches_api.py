"""`watches/`: what the caller watches and follows, and nobody else."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from books.models import Copy
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.people import patron
from tests.factories.tokens import bearer
from tests.factories.watching import FollowFactory, WatchFactory
from watching.models import Watch

pytestmark = pytest.mark.django_db
WATCHES = "/api/v1/watches/"


@pytest.fixture
def reader() -> User:
    return patron(balance="0")


@pytest.fixture
def app(reader: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(reader)["Authorization"])
    return client


def watched_by(reader: User) -> list[tuple[int | None, int | None]]:
    return list(Watch.objects.filter(user=reader).order_by("pk").values_list("book_id", "author_id"))


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_book_and_an_author_are_watched_and_listed_newest_first(app: APIClient) -> None:
    book = BookFactory(title="Emma", author_names=["Jane Austen"], cover_url="https://covers.example/1.jpg")
    author = AuthorFactory(name="Iain M. Banks")
    answers = [app.post(WATCHES, {"book": book.pk}), app.post(WATCHES, {"author": author.pk})]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert app.get(WATCHES).json() == {
        "next": None,
        "previous": None,
        "results": [answers[1].json(), answers[0].json()],
    }
    first, second = (
        {name: value for name, value in answer.json().items() if name not in ("id", "created_at")} for answer in answers
    )
    assert first == {
        "kind": "book",
        "book": {
            "id": book.pk,
            "title": "Emma",
            "authors": ["Jane Austen"],
            "cover": "https://covers.example/1.jpg",
            "status": "unavailable",
        },
        "author": None,
    }
    assert second == {"kind": "author", "book": None, "author": {"id": author.pk, "name": "Iain M. Banks"}}


def test_asking_again_changes_nothing(app: APIClient, reader: User) -> None:
    for wanted in ({"book": BookFactory().pk}, {"author": AuthorFactory().pk}):
        first, second = app.post(WATCHES, wanted), app.post(WATCHES, wanted)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
    assert len(watched_by(reader)) == 2


def test_a_book_on_the_shelf_is_to_be_reserved_instead(app: APIClient, reader: User) -> None:
    book = BookFactory(copies=1)
    assert refusal(app.post(WATCHES, {"book": book.pk})) == (409, "conflict")
    Copy.objects.filter(book=book).update(status=Copy.Status.ON_LOAN)
    assert app.post(WATCHES, {"book": book.pk}).status_code == 201
    Copy.objects.filter(book=book).update(status=Copy.Status.AVAILABLE)
    assert app.post(WATCHES, {"book": book.pk}).status_code == 200
    assert watched_by(reader) == [(book.pk, None)]


def test_a_withdrawn_book_may_be_watched_and_is_shown_as_unavailable(app: APIClient, now: Any) -> None:
    book = BookFactory(title="Emma", withdrawn_at=now)
    assert app.post(WATCHES, {"book": book.pk}).status_code == 201
    [watched] = app.get(WATCHES).json()["results"]
    assert (watched["book"]["title"], watched["book"]["status"]) == ("Emma", "unavailable")


@pytest.mark.parametrize("kind", ["book", "author"])
def test_what_is_not_there_is_not_found(app: APIClient, kind: str) -> None:
    assert refusal(app.post(WATCHES, {kind: 987654321})) == (404, "not_found")
    assert app.delete(WATCHES, {kind: 987654321}).status_code == 204


@pytest.mark.parametrize("asked", [{}, {"book": 1, "author": 1}, {"book": None}, {"book": "x"}, {"author": 0}])
def test_a_book_or_an_author_and_not_both(app: APIClient, asked: dict[str, Any]) -> None:
    assert refusal(app.post(WATCHES, asked)) == (400, "validation_error")
    assert refusal(app.delete(WATCHES, asked)) == (400, "validation_error")


def test_one_person_watches_so_much_and_no_more(app: APIClient, reader: User, settings: Any) -> None:
    settings.MAX_WATCHES = 2
    first = BookFactory()
    for wanted in ({"book": first.pk}, {"author": AuthorFactory().pk}):
        assert app.post(WATCHES, wanted).status_code == 201
    assert refusal(app.post(WATCHES, {"book": BookFactory().pk})) == (409, "limit_reached")
    assert refusal(app.post(WATCHES, {"author": AuthorFactory().pk})) == (409, "limit_reached")
    assert app.post(WATCHES, {"book": first.pk}).status_code == 200
    assert len(watched_by(reader)) == 2


def test_a_watch_is_ended_by_its_id_its_book_or_its_author_and_twice_is_no_error(app: APIClient, reader: User) -> None:
    one, other, follow, kept = (
        WatchFactory(user=reader),
        WatchFactory(user=reader),
        FollowFactory(user=reader),
        WatchFactory(user=reader),
    )
    assert app.delete(f"{WATCHES}{one.pk}/").status_code == 204
    assert app.delete(f"{WATCHES}{one.pk}/").status_code == 404
    assert [app.delete(f"{WATCHES}?book={other.book_id}").status_code for _ in range(2)] == [204, 204]
    assert [app.delete(WATCHES, {"author": follow.author_id}).status_code for _ in range(2)] == [204, 204]
    assert watched_by(reader) == [(kept.book_id, None)]


def test_what_others_watch_is_neither_seen_nor_ended(app: APIClient) -> None:
    theirs = WatchFactory()
    assert app.get(WATCHES).json()["results"] == []
    assert app.delete(f"{WATCHES}{theirs.pk}/").status_code == 404
    assert app.delete(f"{WATCHES}?book={theirs.book_id}").status_code == 204
    assert Watch.objects.filter(pk=theirs.pk).exists()


def test_the_list_costs_the_same_however_long(app: APIClient, reader: User, django_assert_max_num_queries: Any) -> None:
    WatchFactory.create_batch(12, user=reader)
    FollowFactory.create_batch(12, user=reader)
    with django_assert_max_num_queries(8):
        page = app.get(WATCHES, {"page_size": 20}).json()
    assert (len(page["results"]), page["next"] is None) == (20, False)
    assert len(app.get(page["next"]).json()["results"]) == 4


def test_what_one_watches_is_in_the_copy_of_ones_data_and_erased_with_the_account(app: APIClient, reader: User) -> None:
    book = WatchFactory(user=reader, book__title="Emma").book
    author = FollowFactory(user=reader, author__name="Iain M. Banks").author
    kept = WatchFactory()
    exported = json.loads(app.get("/api/v1/users/me/export/").getvalue())["watching"]
    assert [(one["book_id"], one["book__title"], one["author_id"], one["author__name"]) for one in exported] == [
        (book.pk, "Emma", None, None),
        (None, None, author.pk, "Iain M. Banks"),
    ]
    assert app.delete("/api/v1/users/me/").status_code == 204
    assert list(Watch.objects.values_list("pk", flat=True)) == [kept.pk]
