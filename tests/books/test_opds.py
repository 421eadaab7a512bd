"""The catalogue for reading apps: every feed keeps the rules of OPDS 2.0, and leads to every book."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from books import caches
from books.models import Author, Book, Copy
from books.opds.seeking import PAGE_SIZE, Place, walk
from books.services.indexing import index_books
from tests.books.opds_rules import faults_of_feed, faults_of_publication, rels
from tests.factories.books import AuthorFactory, BookFactory, PublisherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def emma() -> Book:
    book = BookFactory(
        title="The Emma",
        subtitle="A Novel",
        series="Classics Club",
        language="en",
        year=1815,
        pages=474,
        description="A match-maker errs.",
        isbn="9780141439587",
        further_isbns=["9780199535521"],
        publisher=PublisherFactory(name="John Murray"),
        author_names=["Jane Austen", "Anna Drawer"],
        genre_names=["Romance"],
        copies=2,
        waiting_count=0,
    )
    book.authorships.filter(author__name="Anna Drawer").update(role="illustrator")
    index_books({book.pk: 1})
    return book


def read(api: Any, address: str, **parameters: Any) -> dict[str, Any]:
    answer = api.get(address.removeprefix(settings.PUBLIC_URL), parameters)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/opds+json")
    feed = answer.json()
    assert faults_of_feed(feed) == []
    return feed


def linked(feed: dict[str, Any], rel: str) -> str | None:
    return next((link["href"] for link in feed["links"] if rel in rels(link)), None)


def titles(feed: dict[str, Any]) -> list[str]:
    return [publication["metadata"]["title"] for publication in feed["publications"]]


def test_a_book_says_everything_that_a_reading_app_can_show(api, emma) -> None:
    answer = api.get(f"/opds/publications/{emma.pk}/")
    told = answer.json()
    jane, anna = (author.pk for author in Author.objects.order_by("-name"))
    home, genre = settings.PUBLIC_URL, emma.genres.get().pk

    def people(name: str, pk: int) -> list[dict[str, Any]]:
        return [{"name": name, "links": [{"type": "text/html", "href": f"{home}/authors/{pk}/"}]}]

    assert answer["Content-Type"] == "application/opds-publication+json"
    assert faults_of_publication(told) == []
    assert told.pop("images") == [
        {"href": f"{home}/books/{emma.pk}/cover.png?v=1.1", "type": "image/png", "width": 400, "height": 600}
    ]
    assert told["metadata"].pop("modified")
    assert told["metadata"] == {
        "@type": "http://schema.org/Book",
        "identifier": "urn:isbn:9780141439587",
        "altIdentifier": ["urn:isbn:9780199535521"],
        "title": "The Emma",
        "sortAs": "emma",
        "subtitle": "A Novel",
        "author": people("Jane Austen", jane),
        "illustrator": people("Anna Drawer", anna),
        "publisher": {"name": "John Murray"},
        "language": "en",
        "published": "1815-01-01",
        "description": "A match-maker errs.",
        "subject": [
            {
                "name": "Romance",
                "links": [{"type": "application/opds+json", "href": f"{home}/opds/books/?genre={genre}"}],
            }
        ],
        "numberOfPages": 474,
        "belongsTo": {"series": {"name": "Classics Club"}},
    }
    assert told["links"][2] == {
        "rel": "http://opds-spec.org/acquisition/borrow",
        "type": "text/html",
        "href": f"{home}/books/{emma.pk}/",
        "properties": {
            "availability": {"state": "available"},
            "holds": {"total": 0},
            "copies": {"total": 2, "available": 2},
        },
    }


def test_what_little_is_known_of_a_book_is_enough(api) -> None:
    book = BookFactory(title="Epic", year=-750, author_names=["Homer"])
    told = api.get(f"/opds/publications/{book.pk}/").json()
    assert faults_of_publication(told) == []
    assert told["metadata"]["identifier"] == f"{settings.PUBLIC_URL}/books/{book.pk}/"
    assert "published" not in told["metadata"]


def test_a_book_with_a_cover_of_its_own_shows_it_first(api) -> None:
    book = BookFactory(cover_picture="ab" * 32)
    told = api.get(f"/opds/publications/{book.pk}/").json()
    assert faults_of_publication(told) == []
    place = f"{settings.PUBLIC_URL}/media/covers/ab/{'ab' * 32}"
    assert [picture["href"] for picture in told["images"]] == [
        f"{place}-large.webp",
        f"{place}-small.webp",
        f"{settings.PUBLIC_URL}/books/{book.pk}/cover.png?v=1.1",
    ]


def test_a_book_that_is_out_says_so_at_once(api, emma) -> None:
    first = api.get(f"/opds/publications/{emma.pk}/")
    Copy.objects.filter(book=emma).update(status=Copy.Status.ON_LOAN)
    Book.objects.filter(pk=emma.pk).update(waiting_count=3)
    caches.renew(emma.pk)
    again = api.get(f"/opds/publications/{emma.pk}/", headers={"If-None-Match": first["ETag"]})
    assert again.json()["links"][2]["properties"] == {
        "availability": {"state": "unavailable"},
        "holds": {"total": 3},
        "copies": {"total": 2, "available": 0},
    }


def test_who_has_the_feed_already_is_told_so(api, emma) -> None:
    for address in ("/opds/", "/opds/books/", f"/opds/publications/{emma.pk}/"):
        tag = api.get(address)["ETag"]
        assert api.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_every_way_from_the_start_leads_to_the_book(api, emma) -> None:
    start = read(api, "/opds/")
    found = []
    for way in start["navigation"]:
        feed = read(api, way["href"])
        feeds = [feed] if "publications" in feed else [read(api, further["href"]) for further in feed["navigation"]]
        found += [titles(feed) for feed in feeds]
    assert found == [["The Emma"]] * 7  # three orders, a genre, a language and two people


def test_the_start_says_how_to_search(api, emma) -> None:
    template = linked(read(api, "/opds/"), "search")
    assert template == f"{settings.PUBLIC_URL}/opds/search/{{?query}}"
    assert titles(read(api, "/opds/search/", query="emma")) == ["The Emma"]
    assert titles(read(api, "/opds/search/", query="zzzz")) == []


def test_a_search_has_pages(api) -> None:
    for number in range(30):
        index_books({BookFactory(title=f"Hobbit {number}").pk: 1})
    first = read(api, "/opds/search/", query="hobbit")
    second = read(api, linked(first, "next"))
    assert (len(first["publications"]), len(second["publications"])) == (24, 6)
    assert (linked(first, "previous"), linked(second, "next")) == (None, None)
    assert read(api, linked(second, "previous"))["publications"] == first["publications"]


def test_facets_narrow_the_list_and_mark_what_is_chosen(api, emma) -> None:
    index_books({BookFactory(title="Dune", genre_names=["Science Fiction"], language="en").pk: 1})
    feed = read(api, "/opds/books/", order="title")
    facets = {facet["metadata"]["title"]: facet["links"] for facet in feed["facets"]}
    romance = next(link for link in facets["Genre"] if link["title"] == "Romance")
    assert [link["title"] for link in facets["Sort"] if "self" in rels(link)] == ["Title A–Z"]
    assert facets["Language"][0]["properties"] == {"numberOfItems": 2}
    narrowed = read(api, romance["href"])
    assert (titles(narrowed), narrowed["metadata"]["numberOfItems"]) == (["The Emma"], 1)
    chosen = [link["title"] for facet in narrowed["facets"] for link in facet["links"] if "self" in rels(link)]
    assert chosen == ["Title A–Z", "Romance"]


@pytest.mark.parametrize("order", ["new", "popular", "title"])
def test_walking_on_and_back_meets_every_book_once_whatever_they_share(api, order, now) -> None:
    books = [
        BookFactory(title="Twins", loans_count=number % 2, created_at=now - timedelta(days=number % 3))
        for number in range(2 * PAGE_SIZE + 5)
    ]
    pages = [read(api, "/opds/books/", order=order)]
    while address := linked(pages[-1], "next"):
        pages.append(read(api, address))
    back = [pages[-1]]
    while address := linked(back[-1], "previous"):
        back.append(read(api, address))

    assert [len(page["publications"]) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 5]
    seen = [publication["links"][0]["href"] for page in pages for publication in page["publications"]]
    assert len(set(seen)) == len(books)
    assert [page["publications"] for page in reversed(back)] == [page["publications"] for page in pages]


def test_a_page_far_down_is_found_by_an_index(django_assert_num_queries) -> None:
    anchor = BookFactory().pk
    books = Book.objects.filter(withdrawn_at=None)
    order = ("-created_at", "-id")
    with django_assert_num_queries(2) as asked:
        walk(books, order=order, place=Place(after=anchor))
    assert "OFFSET" not in asked[1]["sql"]
    assert '("books_book"."created_at", "books_book"."id") < (' in asked[1]["sql"]


def test_the_names_of_those_who_wrote_nothing_here_are_left_out(api, emma, now) -> None:
    AuthorFactory(name="Nobody")
    BookFactory(author_names=["Gone"], withdrawn_at=now)
    ways = read(api, "/opds/authors/")["navigation"]
    assert [(way["title"], way["properties"]) for way in ways] == [
        ("Anna Drawer", {"numberOfItems": 1}),
        ("Jane Austen", {"numberOfItems": 1}),
    ]


def test_withdrawn_books_are_in_no_feed(api, now) -> None:
    book = BookFactory(withdrawn_at=now)
    assert titles(read(api, "/opds/books/")) == []
    assert api.get(f"/opds/publications/{book.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/opds/search/", 400),
        ("/opds/search/?query=%3F%3F", 400),
        ("/opds/search/?query=a&page=0", 400),
        ("/opds/search/?query=" + "x" * 300, 400),
        ("/opds/books/?order=evil", 400),
        ("/opds/books/?genre=x", 400),
        ("/opds/books/?genre=99999999999999999999", 400),
        ("/opds/books/?language=<b>", 400),
        ("/opds/books/?after=0", 400),
        ("/opds/books/?after=987654321", 404),
        ("/opds/authors/?before=987654321", 404),
        ("/opds/publications/987654321/", 404),
        ("/opds/nowhere/", 404),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_problem(api, address, status) -> None:
    answer = api.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_feeds_ask_as_often_for_many_books_as_for_one(api, django_assert_max_num_queries) -> None:
    BookFactory.create_batch(PAGE_SIZE, author_names=["A", "B"], genre_names=["C", "D"], copies=2)
    with django_assert_max_num_queries(14):
        assert len(read(api, "/opds/books/", order="popular")["publications"]) == PAGE_SIZE
