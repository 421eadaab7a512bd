"""Pages follow each other by cursors, however deep, in every order and both stores."""

import pytest
from pymongo.database import Database

from books.search import finding
from books.search.documents import BookDocument
from books.search.finding import find
from books.search.indexing import analyse_book
from books.search.paging import InvalidCursor, Listing, Page, Start, from_cursor, to_cursor
from books.search.queries import search_books
from books.search.querying import Filters, analyse_query
from books.search.services import index_books
from books.search.store import SearchStore, Sort
from tests.books.search.conftest import Keep
from tests.books.search.factories import FIRST_DAY, document

SORTS: list[Sort] = ["relevance", "popular", "newest", "title"]
SIZE = 4


def shelf() -> list[BookDocument]:
    """More of them than are ranked; many equally popular, some of the same title and day."""
    words = [
        document(f"Stone {'abc'[n % 3]}", popularity=n % 5, created_at=FIRST_DAY.replace(day=1 + n % 4))
        for n in range(20)
    ]
    return [*words, document("Stone", popularity=0), document("Stonework", popularity=9), document("Else")]


@pytest.fixture(autouse=True)
def few_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 7)


def listing(store: SearchStore, text: str, sort: Sort) -> Listing:
    return Listing(found=find(store, analyse_query(text), Filters().selection()), store=store, sort=sort)


def ids(page: Page) -> list[int]:
    return [hit.book.book_id for hit in page.hits]


def passed_on(start: Start | None, sort: Sort) -> Start:
    """As it comes back out of an address."""
    cursor = to_cursor(start, search="stone")
    assert cursor is not None
    return from_cursor(cursor, sort=sort, search="stone")


@pytest.mark.parametrize("text", ["stone", ""])
@pytest.mark.parametrize("sort", SORTS)
def test_there_and_back_every_book_comes_once_and_in_the_same_order(
    store: SearchStore, keep: Keep, sort: Sort, text: str
) -> None:
    keep(*shelf())
    listed = listing(store, text, sort)
    page = listed.numbered(0, SIZE)
    there = [ids(page)]
    while page.next:
        page = listed.from_start(passed_on(page.next, sort), SIZE)
        there.append(ids(page))
    back = [ids(page)]
    while page.previous:
        page = listed.from_start(passed_on(page.previous, sort), SIZE)
        back.append(ids(page))
    numbered = [ids(listed.numbered(number * SIZE, SIZE)) for number in range(len(there))]
    assert there == numbered == back[::-1]
    read = [book_id for each in there for book_id in each]
    assert len(read) == len(set(read)) == (22 if text else 23)


def test_a_book_that_came_in_between_moves_nothing(store: SearchStore, keep: Keep) -> None:
    keep(*shelf())
    first = listing(store, "", "newest").numbered(0, SIZE)
    before = ids(listing(store, "", "newest").from_start(first.next or Start(), SIZE))
    keep(document("Brand new", created_at=FIRST_DAY.replace(year=2030)))
    assert ids(listing(store, "", "newest").from_start(first.next or Start(), SIZE)) == before


@pytest.mark.django_db
def test_a_search_goes_on_where_page_numbers_end() -> None:
    index_books(shelf())
    first = search_books(text="stone", page_size=5)
    second = search_books(text="stone", page_size=5, cursor=first.next or "")
    assert first.previous is None
    assert [hit.document.book_id for hit in second.hits] == [
        hit.document.book_id for hit in search_books(text="stone", page=2, page_size=5).hits
    ]
    assert second.total == first.total == 22


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [{"text": "stones"}, {"sort": "title"}, {"filters": Filters(language="en")}])
def test_a_cursor_belongs_to_its_search(asked: dict) -> None:  # type: ignore[type-arg]
    index_books(shelf())
    cursor = search_books(text="stone", page_size=5).next or ""
    with pytest.raises(InvalidCursor):
        search_books(**{"text": "stone", "page_size": 5, "cursor": cursor} | asked)


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "\0", "Ω", "WzAsbnVsbF0:1abcde:x"])
def test_what_the_portal_did_not_make_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        from_cursor(cursor, sort="popular", search="")


@pytest.mark.mongo
def test_both_stores_agree_on_every_page(
    postgres_store: SearchStore,
    mongo_store: SearchStore,
    mongo_database: Database,
    db: None,  # type: ignore[type-arg]
) -> None:
    books = [analyse_book(book) for book in shelf()]
    for store in (postgres_store, mongo_store):
        store.upsert(books)
    for sort in SORTS:
        pages = [ids(listing(store, "stone", sort).numbered(5, 9)) for store in (postgres_store, mongo_store)]
        assert pages[0] == pages[1]
