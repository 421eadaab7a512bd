"""/api/v1/books/: reading for everybody, writing for librarians."""

import pytest

from books import caches, services
from books.models import Book
from books.serializers import BookIn
from books.services.indexing import index_books
from library_portal.outbox.models import OutboxEvent
from tests.factories.books import BookFactory
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

BOOKS = "/api/v1/books/"


@pytest.fixture
def staff():
    return {"headers": bearer(librarian())}


def titles(response):
    assert response.status_code == 200, response.content
    return [book["title"] for book in response.json()["results"]]


def problem(response):
    return response.status_code, response.json()["code"]


def test_a_list_is_newest_first_in_pages(api):
    for number in range(3):
        BookFactory(title=f"Book {number}")

    page = api.get(BOOKS, {"page_size": 2}).json()

    assert (page["count"], page["previous"]) == (3, None)
    assert [book["title"] for book in page["results"]] == ["Book 2", "Book 1"]
    assert titles(api.get(page["next"])) == ["Book 0"]


def test_a_book_in_the_list_says_what_a_reader_chooses_by(api):
    book = BookFactory(
        title="Emma", author_names=["Jane Austen"], genre_names=["Classics"], language="en", year=1815, copies=1
    )

    (listed,) = api.get(BOOKS).json()["results"]

    assert listed == {
        "id": book.pk,
        "title": "Emma",
        "subtitle": "",
        "series": "",
        "authors": [{"id": book.authors.get().pk, "name": "Jane Austen", "role": ""}],
        "genres": [{"id": book.genres.get().pk, "name": "Classics"}],
        "language": "en",
        "year": 1815,
        "cover": "",
        "cover_url": "",
        "cover_picture": None,
        "isbn": None,
        "isbns": [],
        "rating": None,
        "ratings_count": 0,
        "loans_count": 0,
        "daily_fee": "0.10",
        "status": "available",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"author": "Jane Austen"}, ["Emma"]),
        ({"genre": "classics"}, ["Emma"]),
        ({"category": "Classics"}, ["Emma"]),
        ({"publisher": "murray"}, ["Emma"]),
        ({"language": "fr"}, ["Candide"]),
        ({"year_min": 1800}, ["Emma"]),
        ({"year_max": 1800}, ["Candide"]),
        ({"status": "available"}, ["Emma"]),
        ({"status": "unavailable"}, ["Candide"]),
        ({"cover": "hard"}, ["Candide"]),
        ({"ordering": "title"}, ["Candide", "Emma"]),
        ({"ordering": "-year"}, ["Emma", "Candide"]),
    ],
)
def test_filters_narrow_the_list(api, query, expected):
    emma = {"title": "Emma", "author_names": ["Jane Austen"], "genre_names": ["Classics"], "year": 1815, "copies": 1}
    book = BookFactory(**emma, language="en", cover="soft")
    services.update_book(book_id=book.pk, changes={"publisher": "Murray"}, now=book.created_at)
    BookFactory(title="Candide", author_names=["Voltaire"], year=1759, language="fr", cover="hard")

    assert titles(api.get(BOOKS, query)) == expected


def test_ids_filter_as_names_do(api):
    book = BookFactory(author_names=["A"], genre_names=["G"])
    BookFactory(author_names=["B"])

    assert titles(api.get(BOOKS, {"author": book.authors.get().pk, "genre": book.genres.get().pk})) == [book.title]


def test_words_list_the_best_match_first(api):
    books = [BookFactory(title=title) for title in ("The Hobbit Companion", "Emma", "The Hobbit")]
    index_books({book.pk: 1 for book in books})

    assert titles(api.get(BOOKS, {"q": "hobbit"})) == ["The Hobbit", "The Hobbit Companion"]
    assert titles(api.get(BOOKS, {"q": "hobbit", "ordering": "-title"})) == ["The Hobbit Companion", "The Hobbit"]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"year_min": "soon"},
        {"year_max": "9" * 50},
        {"ordering": "price"},
        {"cover": "leather"},
        {"page": "0"},
        {"page_size": "1000"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(api, query):
    assert problem(api.get(BOOKS, query)) == (400, "validation_error")


def test_withdrawn_books_are_not_found(api, now):
    book = BookFactory(withdrawn_at=now, isbn="9780575048003")

    assert titles(api.get(BOOKS)) == []
    assert problem(api.get(f"{BOOKS}{book.pk}/")) == (404, "not_found")
    assert problem(api.get(f"{BOOKS}isbn/9780575048003/")) == (404, "not_found")


@pytest.mark.parametrize("form", ["9780575048003", "978-0-575-04800-3", "057504800X", "0-575-04800-x"])
def test_a_book_is_found_by_any_form_of_its_isbn(api, form):
    book = BookFactory(isbn="9780575048003")

    assert api.get(f"{BOOKS}isbn/{form}/").json()["id"] == book.pk


def test_an_isbn_with_a_wrong_check_digit_is_refused(api):
    assert problem(api.get(f"{BOOKS}isbn/9780575048004/")) == (400, "validation_error")


def test_who_has_an_answer_gets_304_until_the_book_changes(api, now):
    book = BookFactory(title="Before")
    tag = api.get(f"{BOOKS}{book.pk}/")["ETag"]

    assert api.get(f"{BOOKS}{book.pk}/", headers={"If-None-Match": tag}).status_code == 304

    services.update_book(book_id=book.pk, changes={"title": "After"}, now=now)
    caches.renew(book.pk)
    changed = api.get(f"{BOOKS}{book.pk}/", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["title"]) == (200, "After")


@pytest.mark.parametrize("url", [BOOKS, f"{BOOKS}{{id}}/"])
def test_a_kept_answer_ends_with_the_change_that_makes_it_wrong(api, url, django_capture_on_commit_callbacks):
    book = BookFactory(copies=1)
    before = api.get(url.format(id=book.pk)).content

    with django_capture_on_commit_callbacks(execute=True):
        services.hold_copy(book.copies.get().pk)

    after = api.get(url.format(id=book.pk)).content
    assert (b'"status":"available"' in before, b'"status":"borrowed"' in after) == (True, True)


def test_a_kept_list_costs_no_query(api, django_assert_num_queries):
    BookFactory()
    api.get(BOOKS)

    with django_assert_num_queries(0):
        api.get(BOOKS)


def test_a_list_costs_the_same_however_long_it_is(api, django_assert_num_queries):
    for number in range(30):
        BookFactory(author_names=[f"A{number}", f"B{number}"], genre_names=[f"G{number}"], copies=2)

    api.get(BOOKS)  # counts them, once
    for size in (1, 30):
        with django_assert_num_queries(5):
            assert len(titles(api.get(BOOKS, {"page_size": size}))) == size


def test_without_redis_the_catalogue_is_still_read_and_written(api, staff, settings, now):
    from library_portal import redis

    book = BookFactory(title="Here")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis.client.cache_clear()
    try:
        assert titles(api.get(BOOKS)) == ["Here"]
        services.update_book(book_id=book.pk, changes={"title": "Still here"}, now=now)
        assert api.get(f"{BOOKS}{book.pk}/").json()["title"] == "Still here"
    finally:
        redis.client.cache_clear()


def test_a_librarian_enters_a_book(api, staff):
    values = {
        "title": "Good Omens",
        "authors": ["Terry Pratchett", "Neil Gaiman"],
        "isbn": "057504800X",
        "language": "eng",
    }

    created = api.post(BOOKS, values, **staff)

    body = created.json()
    assert (created.status_code, body["isbn"], body["language"], body["version"]) == (201, "9780575048003", "en", 1)
    assert [author["name"] for author in body["authors"]] == ["Terry Pratchett", "Neil Gaiman"]
    assert list(OutboxEvent.objects.values_list("name", "payload")) == [("book.created", {"book_id": body["id"]})]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "title"),
        ({"title": "T", "isbn": "9780575048004"}, "isbn"),
        ({"title": "T", "language": "klingonese!"}, "language"),
        ({"title": "T", "year": 10**9}, "year"),
        ({"title": "T", "price": "-1"}, "price"),
        ({"title": "T", "price": "NaN"}, "price"),
        ({"title": "T", "cover": "leather"}, "cover"),
        ({"title": "T", "cover_url": "javascript:alert(1)"}, "cover_url"),
        ({"title": "T", "authors": "Me"}, "authors"),
        ({"title": "T", "isbn": "9780575048003"}, "isbn"),
    ],
)
def test_a_book_that_makes_no_sense_is_refused_by_field(api, staff, values, field):
    BookFactory(isbn="9780575048003")

    refused = api.post(BOOKS, values, **staff)

    assert problem(refused) == (400, "validation_error")
    assert list(refused.json()["errors"]) == [field]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(("who", "expected"), [(None, 401), (patron, 403)])
def test_only_librarians_write(api, method, who, expected):
    book = BookFactory()
    url = BOOKS if method == "post" else f"{BOOKS}{book.pk}/"
    headers = bearer(who()) if who else {}

    assert getattr(api, method)(url, {"title": "Mine"}, headers=headers).status_code == expected
    assert list(Book.objects.values_list("title", flat=True)) == [book.title]


def test_patch_changes_what_it_names_and_put_everything(api, staff):
    book = BookFactory(title="T", subtitle="S", year=1990)
    url = f"{BOOKS}{book.pk}/"

    patched = api.patch(url, {"year": 1991}, **staff).json()
    replaced = api.put(url, {"title": "U"}, **staff).json()

    assert (patched["title"], patched["subtitle"], patched["year"]) == ("T", "S", 1991)
    assert (replaced["title"], replaced["subtitle"], replaced["year"], replaced["version"]) == ("U", "", None, 3)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_who_was_slower_is_told(api, staff, method):
    book = BookFactory()
    url = f"{BOOKS}{book.pk}/"
    headers = staff["headers"] | {"If-Match": api.get(url)["ETag"]}
    api.patch(url, {"title": "Faster"}, **staff)

    assert problem(getattr(api, method)(url, {"title": "Slower"}, headers=headers)) == (412, "stale_object")
    assert Book.objects.get().title == "Faster"


def test_a_copy_lent_meanwhile_does_not_stop_a_librarian(api, staff):
    book = BookFactory(copies=1)
    url = f"{BOOKS}{book.pk}/"
    headers = staff["headers"] | {"If-Match": api.get(url)["ETag"]}
    services.hold_copy(book.copies.get().pk)

    assert api.patch(url, {"title": "New"}, headers=headers).status_code == 200


def test_a_book_is_deleted(api, staff):
    book = BookFactory(copies=1)

    assert api.delete(f"{BOOKS}{book.pk}/", **staff).status_code == 204
    assert problem(api.get(f"{BOOKS}{book.pk}/")) == (404, "not_found")


def test_a_whole_title_is_withheld_and_lent_again(api, staff):
    book = BookFactory(copies=1)
    url = f"{BOOKS}{book.pk}/status/"

    statuses = [api.put(url, {"status": status}, **staff).json()["status"] for status in ("unavailable", "available")]

    assert statuses == ["unavailable", "available"]


def test_search_answers_with_hits_facets_and_todays_availability(api):
    book = BookFactory(title="The Hobbit", author_names=["J. R. R. Tolkien"], copies=1)
    index_books({book.pk: 1})
    services.hold_copy(book.copies.get().pk)

    found = api.get(f"{BOOKS}search/", {"q": "tolkien hobbit", "facets": "1"}).json()

    (hit,) = found["results"]
    assert (found["count"], found["next"], found["previous"]) == (1, None, None)
    assert (hit["id"], hit["status"], hit["highlighted_title"]) == (book.pk, "borrowed", "The <mark>Hobbit</mark>")
    assert found["facets"]["author"] == [{"value": str(book.authors.get().pk), "label": "J. R. R. Tolkien", "count": 1}]


@pytest.mark.parametrize("query", [{"sort": "price"}, {"year_min": "x"}, {"page": "0"}, {"q": "a" * 1000}])
def test_a_search_that_makes_no_sense_is_refused(api, query):
    assert problem(api.get(f"{BOOKS}search/", query)) == (400, "validation_error")


def test_suggestions_name_titles_and_authors(api):
    book = BookFactory(title="The Hobbit", author_names=["Hobart Smith"])
    index_books({book.pk: 1})

    assert api.get(f"{BOOKS}suggest/", {"q": "hob"}).json() == [
        {"kind": "author", "id": book.authors.get().pk, "text": "Hobart Smith"},
        {"kind": "title", "id": book.pk, "text": "The Hobbit"},
    ]


@pytest.mark.parametrize("what", ["authors", "genres", "publishers"])
def test_names_are_listed_with_how_many_books_each_has(api, what, now):
    for withdrawn_at in (None, now):
        book = BookFactory(author_names=["Name"], genre_names=["Name"], withdrawn_at=withdrawn_at)
        services.names.publisher_ids(["Name"])
        Book.objects.filter(pk=book.pk).update(publisher=services.names.publisher_ids(["Name"])["Name"])

    (entry,) = api.get(f"/api/v1/{what}/", {"q": "nam"}).json()["results"]

    assert (entry["name"], entry["books_count"]) == ("Name", 1)
    assert api.get(f"/api/v1/{what}/{entry['id']}/").json()["books_count"] == 1
    assert problem(api.get(f"/api/v1/{what}/{entry['id'] + 1}/")) == (404, "not_found")


@pytest.mark.parametrize(
    "value", [None, True, -1, 10**30, 1.5, "", "x" * 5000, "\u200b", [], [1], {"a": 1}, "NaN", "'"]
)
def test_whatever_is_sent_is_taken_or_refused(api, staff, value):
    url = f"{BOOKS}{BookFactory().pk}/"

    answers = {field: api.patch(url, {field: value}, **staff).status_code for field in BookIn().fields}

    assert {field: status for field, status in answers.items() if status not in (200, 400)} == {}
