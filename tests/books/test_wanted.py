"""What search and list are narrowed to: every filter, and what is refused (api.md, "books/")."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from books.models import Book, Copy
from books.search.models import BookSearchEntry
from books.services.indexing import index_books
from tests.factories.books import AuthorFactory, BookFactory, GenreFactory, PublisherFactory

pytestmark = pytest.mark.django_db

SEARCH, LIST = "/api/v1/books/search/", "/api/v1/books/"


def indexed(title: str, **facts: Any) -> Book:
    book = BookFactory(title=title, **facts)
    index_books({book.pk: 1})
    return book


@pytest.fixture
def hobbits() -> dict[str, Book]:
    genres, murray = ["Fantasy"], PublisherFactory(name="Murray")
    free = indexed(
        "Hobbit Songs", year=1955, copies=1, genre_names=genres, language="en", cover="hard", publisher=murray
    )
    lent = indexed("Hobbit Tales", year=1962, copies=1, author_names=["Bilbo"], language="de")
    Copy.objects.filter(book=lent).update(status=Copy.Status.ON_LOAN)
    index_books({lent.pk: 2})
    kept = indexed("Hobbit Maps", year=-20, language="en")
    return {"free": free, "lent": lent, "kept": kept}


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return sorted(book["title"].removeprefix("Hobbit ") for book in answer.json()["results"])


EVERY_FILTER = [
    ({"status": "available"}, ["Songs"]),
    ({"status": "borrowed"}, ["Tales"]),
    ({"status": "unavailable"}, ["Maps"]),
    ({"genre": "fantasy"}, ["Songs"]),
    ({"category": "Fantasy"}, ["Songs"]),
    ({"author": "Bilbo"}, ["Tales"]),
    ({"publisher": "murray"}, ["Songs"]),
    ({"language": "de"}, ["Tales"]),
    ({"language": "eng", "year_min": 1900}, ["Songs"]),
    ({"cover": "hard"}, ["Songs"]),
    ({"year_min": 1960}, ["Tales"]),
    ({"year_max": 0}, ["Maps"]),
    ({"year_min": 1950, "year_max": 1959}, ["Songs"]),
    ({"year_min": 1955, "year_max": 1962, "status": "borrowed"}, ["Tales"]),
]


@pytest.mark.parametrize("words", [{}, {"q": "hobbit"}])
@pytest.mark.parametrize("address", [SEARCH, LIST])
@pytest.mark.parametrize(("filters", "expected"), EVERY_FILTER)
def test_every_filter_narrows_alone_and_with_words(
    api: APIClient, hobbits: Any, address: str, words: dict[str, str], filters: dict[str, Any], expected: list[str]
) -> None:
    answer = api.get(address, words | filters)
    assert (titles(answer), answer.json()["count"]) == (expected, len(expected))


@pytest.mark.parametrize("address", [SEARCH, LIST])
def test_names_are_given_by_id_too(api: APIClient, hobbits: Any, address: str) -> None:
    free, lent = hobbits["free"], hobbits["lent"]
    for filters in (
        {"genre": free.genres.get().pk},
        {"publisher": free.publisher_id},
        {"category": free.genres.get().pk},
    ):
        assert titles(api.get(address, filters)) == ["Songs"]
    assert titles(api.get(address, {"author": lent.authors.get().pk})) == ["Tales"]


@pytest.mark.parametrize("address", [SEARCH, LIST])
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"genre": "nonsense"}, "genre"),
        ({"genre": "999999"}, "genre"),
        ({"category": "999999"}, "category"),
        ({"author": "999999999999999999"}, "author"),
        ({"author": "Nobody At All", "q": "hobbit"}, "author"),
        ({"publisher": "9" * 30}, "publisher"),
        ({"language": "klingonish"}, "language"),
        ({"language": "?"}, "language"),
        ({"status": "lost"}, "status"),
        ({"cover": "leather"}, "cover"),
        ({"year_min": 2000, "year_max": 1990}, "year_min"),
        ({"year_min": "then"}, "year_min"),
        ({"year_max": 10**12}, "year_max"),
        ({"genre": "Fantasy", "category": "Crime"}, "category"),
        ({"q": "?!"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"page_size": "101"}, "page_size"),
        ({"page": "99999999999999999999999"}, "page"),
    ],
)
def test_a_list_that_cannot_be_is_refused_by_name_and_never_empty_in_silence(
    api: APIClient, hobbits: Any, address: str, asked: dict[str, Any], field: str
) -> None:
    answer = api.get(address, asked)
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (
        400,
        "validation_error",
        [field],
    )


@pytest.mark.parametrize("address", [SEARCH, LIST])
def test_what_exists_and_has_no_books_is_an_empty_list(api: APIClient, hobbits: Any, address: str) -> None:
    for asked in (
        {"genre": GenreFactory(name="Empty").pk},
        {"genre": "empty"},
        {"author": AuthorFactory(name="Unread").pk},
        {"author": "Unread"},
        {"publisher": PublisherFactory(name="Silent").pk},
        {"q": "xyzzy"},
        {"language": "fr"},
    ):
        assert titles(api.get(address, asked)) == []


@pytest.mark.parametrize(
    "asked", [{"sort": "evil"}, {"facets": "maybe"}, {"cursor": "x"}, {"page": 501, "page_size": 20}]
)
def test_a_search_refuses_what_it_does_not_know(api: APIClient, asked: dict[str, Any]) -> None:
    answer = api.get(SEARCH, asked)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [next(iter(asked))])


def test_the_hits_of_a_search_are_as_they_are_now(api: APIClient, hobbits: Any) -> None:
    """The index is a moment behind: what it says of the status does not count against what the catalogue says."""
    Copy.objects.filter(book=hobbits["free"]).update(status=Copy.Status.ON_LOAN)
    found = api.get(SEARCH, {"q": "hobbit songs"}).json()["results"]
    assert [book["status"] for book in found] == ["borrowed"]
    assert titles(api.get(SEARCH, {"q": "hobbit", "status": "available"})) == []
    assert titles(api.get(LIST, {"q": "hobbit", "status": "borrowed"})) == ["Songs", "Tales"]


def test_availability_is_counted_with_the_hits(api: APIClient, hobbits: Any) -> None:
    def counted(**asked: Any) -> dict[str, int]:
        facets = api.get(SEARCH, {"facets": 1, **asked}).json()["facets"]
        return {each["value"]: each["count"] for each in facets.get("availability", [])}

    assert counted(q="hobbit") == {"available": 1, "borrowed": 1, "unavailable": 1}
    assert counted(q="hobbit", language="en") == {"available": 1, "unavailable": 1}
    assert counted(status="borrowed") == {"borrowed": 1}


def test_a_decade_of_the_facets_is_a_filter_that_finds_as_many(api: APIClient, hobbits: Any) -> None:
    decades = api.get(SEARCH, {"facets": 1}).json()["facets"]["decade"]
    assert {each["value"]: each["count"] for each in decades} == {"1950": 1, "1960": 1, "-20": 1}
    for each in decades:
        first = int(each["value"])
        assert api.get(SEARCH, {"year_min": first, "year_max": first + 9}).json()["count"] == each["count"]


def test_words_find_the_whole_list_best_first_in_pages_and_any_order(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [BookFactory(title=f"Stone {number:03}", ratings_count=number).pk for number in range(320)]
    index_books(dict.fromkeys([*ids, BookFactory(title="Stone").pk], 1))
    first = api.get(LIST, {"q": "stone", "page_size": 100}).json()
    assert (first["count"], first["results"][0]["title"], first["results"][1]["title"]) == (321, "Stone", "Stone 319")
    last = api.get(LIST, {"q": "stone", "page_size": 100, "page": 4}).json()
    assert [book["title"] for book in last["results"]] == [f"Stone {number:03}" for number in range(20, -1, -1)]
    by_title = api.get(LIST, {"q": "stone", "ordering": "title", "page_size": 2}).json()
    assert (by_title["count"], [book["title"] for book in by_title["results"]]) == (321, ["Stone", "Stone 000"])
    assert api.get(LIST, {"q": "xyzzy", "ordering": "title"}).json()["count"] == 0


def test_a_search_leads_from_page_to_page_by_its_links(api: APIClient) -> None:
    ids = [BookFactory(title=f"Stone {number}").pk for number in range(7)]
    index_books(dict.fromkeys(ids, 1))
    first = api.get(SEARCH, {"q": "stone", "page_size": 3}).json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    found = [book["id"] for page in (first, second, third) for book in page["results"]]
    assert (sorted(found), third["next"], first["previous"]) == (ids, None, None)
    assert api.get(third["previous"]).json()["results"] == second["results"]
    assert api.get(SEARCH, {"q": "stone", "page_size": 3, "page": 2}).json()["results"] == second["results"]


def test_an_entry_of_a_book_that_went_is_left_out(api: APIClient, hobbits: Any) -> None:
    entry = BookSearchEntry.objects.get(pk=hobbits["kept"].pk)
    entry.pk = entry.document["book_id"] = 10**9  # type: ignore[index]
    entry.save(force_insert=True)
    assert titles(api.get(SEARCH, {"q": "hobbit"})) == ["Maps", "Songs", "Tales"]
    assert titles(api.get(LIST, {"q": "hobbit"})) == ["Maps", "Songs", "Tales"]


@pytest.mark.parametrize("address", [SEARCH, LIST, "/api/v1/books/suggest/"])
@pytest.mark.parametrize("field", ["q", "genre", "cursor", "page"])
def test_nul_is_refused_wherever_it_stands(api: APIClient, address: str, field: str) -> None:
    answer = api.get(address, {field: "a\0b"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
