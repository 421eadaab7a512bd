"""Authors, genres and publishers: found by the beginnings of words, renamed, deleted, merged."""

import pytest
from django.db import connection

from books.models import Author, Genre, Publisher
from books.name_search import by_words
from library_portal.outbox.models import OutboxEvent
from tests.factories.authors import AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory, GenreFactory, PublisherFactory
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return {"headers": bearer(librarian())}


def url(thing, after=""):
    return f"/api/v1/{thing._meta.model_name}s/{thing.pk}/{after}"


def found(api, what, text):
    return [row["name"] for row in api.get(f"/api/v1/{what}/", {"q": text}).json()["results"]]


@pytest.mark.parametrize("text", ["tolk", "j r r", "jrr tol", "Tolkien J", "TOLKIEN", "rönald"])
def test_an_author_is_found_by_beginnings_of_words_in_any_order(api, text):
    AuthorFactory(name="J. R. R. Tolkien")
    AuthorFactory(name="Ronald Tolkien, J. R. R.") if text == "rönald" else AuthorFactory(name="Jane Austen")

    assert any("Tolkien" in name for name in found(api, "authors", text))
    assert "Jane Austen" not in found(api, "authors", text)


@pytest.mark.parametrize("text", ["olkien", "tolkiens", "'", "%", "\\", "a & | ! <-> :*", "((", "🙂"])
def test_what_begins_no_word_finds_nothing_and_breaks_nothing(api, text):
    AuthorFactory(name="J. R. R. Tolkien")

    assert found(api, "authors", text) == []


@pytest.mark.parametrize(("factory", "what"), [(GenreFactory, "genres"), (PublisherFactory, "publishers")])
def test_genres_and_publishers_are_found_alike(api, factory, what):
    for name in ("Hart-Davis, MacGibbon", "Allen & Unwin"):
        factory(name=name)

    assert (found(api, what, "macg"), found(api, what, "davis hart")) == (["Hart-Davis, MacGibbon"],) * 2


@pytest.mark.parametrize(
    ("model", "index"),
    [(Author, "author_by_words"), (Genre, "genre_by_words"), (Publisher, "publisher_by_words")],
)
def test_each_search_has_its_index(model, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")

    assert index in by_words(model.objects.order_by(), "tolk").explain()


def test_a_list_of_names_counts_books_in_the_same_number_of_queries(api, django_assert_num_queries):
    for number in range(20):
        BookFactory(author_names=[f"A{number}", f"B{number}"])

    for size in (1, 30):
        with django_assert_num_queries(2):
            rows = api.get("/api/v1/authors/", {"page_size": size}).json()["results"]
            assert {row["books_count"] for row in rows} == {1}


def test_a_genre_is_renamed_and_its_books_tell_of_it(api, staff):
    book = BookFactory(genre_names=["Sience"])
    genre = book.genres.get()

    answers = [api.patch(url(genre), {"name": "Science"}, **staff).json() for _twice in range(2)]

    assert answers == [{"id": genre.pk, "name": "Science", "books_count": 1}] * 2
    assert list(OutboxEvent.objects.values_list("name", "payload")) == [
        ("book.updated", {"book_id": book.pk, "version": 1})
    ]


@pytest.mark.parametrize("factory", [GenreFactory, PublisherFactory])
def test_a_name_that_is_there_in_any_case_is_refused(api, staff, factory):
    factory(name="Penguin")

    refused = api.patch(url(factory(name="Other")), {"name": "PENGUIN"}, **staff)

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["name"])


def test_a_genre_goes_and_a_publisher_with_books_stays(api, staff):
    publisher = PublisherFactory()
    book = BookFactory(genre_names=["Odd"], publisher=publisher)

    answers = [api.delete(url(one), **staff).status_code for one in (book.genres.get(), publisher, PublisherFactory())]

    assert (answers, book.genres.count(), list(Publisher.objects.all())) == ([204, 409, 204], 0, [publisher])


@pytest.mark.parametrize("factory", [AuthorFactory, GenreFactory, PublisherFactory])
def test_librarians_merge(api, staff, factory):
    kept, other = factory(name="Kept"), factory(name="Other")

    merged = api.post(url(kept, "merge/"), {"others": [other.pk]}, **staff)
    again = api.post(url(kept, "merge/"), {"others": [other.pk]}, **staff)
    nothing = api.post(url(kept, "merge/"), {"others": []}, **staff)

    assert (merged.status_code, merged.json()["name"]) == (200, "Kept")
    assert (again.status_code, nothing.status_code, list(nothing.json()["errors"])) == (404, 400, ["others"])


def test_authors_linked_to_different_people_are_a_conflict(api, staff):
    first, second = (account.author for account in AuthorAccountFactory.create_batch(2))

    assert api.post(url(first, "merge/"), {"others": [second.pk]}, **staff).status_code == 409


@pytest.mark.parametrize("factory", [AuthorFactory, GenreFactory, PublisherFactory])
def test_readers_merge_nothing(api, factory):
    kept, other = factory(name="Kept"), factory(name="Other")

    refused = api.post(url(kept, "merge/"), {"others": [other.pk]}, headers=bearer(patron()))

    assert (refused.status_code, type(kept).objects.count()) == (403, 2)
