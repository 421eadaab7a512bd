"""What every store must do, whichever answers."""

from typing import Any

import pytest

from books.search.documents import BookDocument, Named
from books.search.indexing import analyse_book
from books.search.querying import Filters
from books.search.store import Condition, SearchStore, Selection
from tests.books.search.conftest import Keep, popular_titles
from tests.books.search.factories import FIRST_DAY, document


def having(terms: str, *any_of: str) -> Selection:
    return Selection((Condition(terms, any_of),))


def test_a_book_is_fetched_with_its_whole_document(store: SearchStore, keep: Keep) -> None:
    book = document(
        "Dune",
        "Frank Herbert",
        book_id=7,
        genres=(Named(3, "Science Fiction"),),
        publisher=Named(4, "Chilton"),
        year=1965,
        isbns=("9780441013593",),
        popularity=9.5,
    )
    keep(book)
    (found,) = store.fetch(having("words", "dune"), limit=10)
    assert (found.book_id, found.popularity, found.place) == (7, 9.5, 9.5)
    assert BookDocument.from_json(store.documents([7, 8])[7]) == book


def test_every_condition_must_be_met_by_any_of_its_terms(store: SearchStore, keep: Keep) -> None:
    keep(document("Blue Sea", popularity=1), document("Blue Sky", popularity=2), document("Red Sky", popularity=3))
    both = Selection((Condition("words", ("blue",)), Condition("words", ("sea", "sky"))))
    assert popular_titles(store, both) == ["Blue Sky", "Blue Sea"]
    assert popular_titles(store, having("prefixes", "sk")) == ["Red Sky", "Blue Sky"]
    assert popular_titles(store, having("spellings", "blu", "xyzzy")) == ["Blue Sky", "Blue Sea"]
    assert popular_titles(store, having("words", "green")) == []


def test_books_come_in_the_order_asked_for_with_ties_by_id(store: SearchStore, keep: Keep) -> None:
    keep(
        document("The Zoo", book_id=1, popularity=5, created_at=FIRST_DAY),
        document("An Ark", book_id=3, popularity=9, created_at=FIRST_DAY),
        document("Moss", book_id=2, popularity=5, created_at=FIRST_DAY.replace(year=2025)),
    )
    assert popular_titles(store) == ["An Ark", "The Zoo", "Moss"]
    assert popular_titles(store, sort="newest") == ["Moss", "The Zoo", "An Ark"]
    assert popular_titles(store, sort="title") == ["An Ark", "Moss", "The Zoo"]


def test_a_part_of_the_list_is_fetched_by_offset_and_limit(store: SearchStore, keep: Keep) -> None:
    keep(*(document(f"Volume {number}", popularity=number) for number in range(1, 6)))
    assert popular_titles(store, offset=1, limit=2) == ["Volume 4", "Volume 3"]


SHELF = [
    document("Night", "Elie Wiesel", genres=(Named(1, "Memoir"),), language="en", year=1960, popularity=4),
    document("Nacht", "Elie Wiesel", genres=(Named(1, "Memoir"),), language="de", year=1962, popularity=3),
    document("Emma", "Jane Austen", publisher=Named(9, "John Murray"), language="en", year=1815, popularity=2),
    document("Gilgamesh", cover="hard", year=-1200, status="available", popularity=1),
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"author": "elie WIESEL"}, ["Night", "Nacht"]),
        ({"author": SHELF[0].authors[0].id, "language": "de"}, ["Nacht"]),
        ({"genre": 1}, ["Night", "Nacht"]),
        ({"genre": "memoir", "year_max": 1960}, ["Night"]),
        ({"publisher": 9}, ["Emma"]),
        ({"publisher": "John Murray"}, ["Emma"]),
        ({"language": "en"}, ["Night", "Emma"]),
        ({"cover": "hard"}, ["Gilgamesh"]),
        ({"status": "available"}, ["Gilgamesh"]),
        ({"year_min": 1900, "year_max": 1961}, ["Night"]),
        ({"year_max": 0}, ["Gilgamesh"]),
        ({}, ["Night", "Nacht", "Emma", "Gilgamesh"]),
    ],
)
def test_filters_narrow_what_is_found(
    store: SearchStore, keep: Keep, filters: dict[str, Any], expected: list[str]
) -> None:
    keep(*SHELF)
    assert popular_titles(store, Filters(**filters).selection()) == expected
    assert store.count(Filters(**filters).selection()) == len(expected)


def test_some_books_can_be_singled_out_or_left_out(store: SearchStore, keep: Keep) -> None:
    keep(document("One", book_id=1), document("Two", book_id=2), document("Three", book_id=3))
    assert popular_titles(store, Selection(among=(1, 3))) == ["One", "Three"]
    assert popular_titles(store, Selection(excluded=(1,))) == ["Two", "Three"]


def test_a_count_stops_at_its_limit(store: SearchStore, keep: Keep) -> None:
    keep(document("One"), document("Two"), document("Three"))
    assert (store.count(Selection()), store.count(Selection(), limit=2)) == (3, 2)


def test_facets_count_the_selected_books_most_frequent_first(store: SearchStore, keep: Keep) -> None:
    keep(*SHELF)
    author = str(SHELF[0].authors[0].id)
    assert store.facets(having("words", "author:elie wiesel")) == [
        ("author", author, "Elie Wiesel", 2),
        ("availability", "unavailable", "unavailable", 2),
        ("decade", "1960", "1960", 2),
        ("genre", "1", "Memoir", 2),
        ("language", "de", "de", 1),
        ("language", "en", "en", 1),
    ]


def test_a_newer_version_replaces_an_older_one_whole(store: SearchStore, keep: Keep) -> None:
    keep(document("Persuasion", "Jane Austen", book_id=1, version=4))
    keep(document("Middlemarch", "George Eliot", book_id=1, version=5))
    assert popular_titles(store, having("words", "austen")) == []
    assert popular_titles(store, having("words", "eliot")) == ["Middlemarch"]


@pytest.mark.parametrize("late", [4, 5])
def test_an_older_or_repeated_version_changes_nothing(store: SearchStore, keep: Keep, late: int) -> None:
    keep(document("New", book_id=1, version=5))
    keep(document("Late", book_id=1, version=late), document("Other", book_id=2))
    assert popular_titles(store) == ["New", "Other"]


def test_of_two_versions_in_one_batch_the_newer_stays(store: SearchStore, keep: Keep) -> None:
    keep(document("New", book_id=1, version=5), document("Old", book_id=1, version=4))
    assert popular_titles(store) == ["New"]


def test_a_deleted_book_is_gone_and_an_older_document_does_not_bring_it_back(store: SearchStore, keep: Keep) -> None:
    keep(document("Emma", book_id=1, version=4), document("Persuasion", book_id=2, version=4))
    store.delete([1, 3], version=6)
    keep(document("Emma", book_id=1, version=5), document("Late", book_id=3, version=5))
    assert popular_titles(store) == ["Persuasion"]
    assert store.count(Selection()) == 1


def test_a_deletion_older_than_the_document_changes_nothing(store: SearchStore, keep: Keep) -> None:
    keep(document("Emma", book_id=1, version=4))
    store.delete([1], version=3)
    assert popular_titles(store) == ["Emma"]


def test_a_book_may_come_back_with_a_newer_version(store: SearchStore, keep: Keep) -> None:
    store.delete([1], version=3)
    keep(document("Emma", book_id=1, version=4))
    assert popular_titles(store) == ["Emma"]


def test_a_rebuild_holds_exactly_the_books_given(store: SearchStore, keep: Keep) -> None:
    keep(document("Gone", book_id=1), document("Stale", book_id=2))
    done: list[int] = []
    batches = [[analyse_book(document("Fresh", book_id=2))], [analyse_book(document("New", book_id=3))]]
    store.rebuild(batches, progress=done.append)
    assert popular_titles(store) == ["Fresh", "New"]
    assert done == [1, 2]


def test_a_rebuild_remembers_what_was_deleted(store: SearchStore, keep: Keep) -> None:
    store.delete([1], version=6)
    store.rebuild([[analyse_book(document("Other", book_id=2))]], progress=lambda done: None)
    keep(document("Late", book_id=1, version=5))
    assert popular_titles(store) == ["Other"]


def test_during_a_rebuild_searches_are_answered_and_newer_versions_are_kept(store: SearchStore, keep: Keep) -> None:
    keep(document("Before", book_id=1, version=1))
    seen: list[Any] = []

    def batches() -> Any:
        seen.append(popular_titles(store))
        keep(document("Changed", book_id=1, version=9), document("Added", book_id=3, version=8))
        yield [analyse_book(document("Before", book_id=1, version=2)), analyse_book(document("Read", book_id=2))]

    store.rebuild(batches(), progress=lambda done: None)
    assert seen == [["Before"]]
    assert popular_titles(store) == ["Changed", "Read", "Added"]


def test_letters_of_any_script_and_long_texts_are_kept(store: SearchStore, keep: Keep) -> None:
    keep(document("進撃の巨人 1"), document("Война и мир"), document("القرآن"), document("é" * 500, "x" * 300))
    assert popular_titles(store, having("words", "進撃")) == ["進撃の巨人 1"]
    assert popular_titles(store, having("prefixes", "воин")) == ["Война и мир"]
    assert popular_titles(store, having("words", "قران")) == ["القرآن"]
    assert popular_titles(store, having("prefixes", "eee")) == ["é" * 500]
