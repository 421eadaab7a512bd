"""What a reader gets for a query: one page, with its total, facets and highlighted titles."""

import pytest

from books.search import finding
from books.search.documents import Named
from books.search.queries import Suggestion, search_books, suggest
from books.search.querying import Filters, InvalidQuery
from books.search.services import forget_books, index_books
from books.search.store import COUNT_LIMIT
from books.search.suggesting import SUGGESTIONS
from tests.books.search.factories import document

pytestmark = pytest.mark.django_db

TOLKIEN = "J.R.R. Tolkien"
SHELF = [
    document("The Hobbit", TOLKIEN, popularity=9, language="en", year=1937, genres=(Named(1, "Fantasy"),)),
    document("The Two Towers", TOLKIEN, popularity=7, language="en", year=1954, genres=(Named(1, "Fantasy"),)),
    document("Der Hobbit", TOLKIEN, popularity=5, language="de", year=1957),
    document("Tolkien: A Biography", "Humphrey Carpenter", popularity=3, language="en", year=1977),
    document("Dune", "Frank Herbert", popularity=8, isbns=("9780441013593",)),
]


@pytest.fixture(autouse=True)
def shelf() -> None:
    index_books(SHELF)


def found(text: str = "", **asked: object) -> list[str]:
    return [hit.document.title for hit in search_books(text=text, **asked).hits]  # type: ignore[arg-type]


def test_a_hit_is_the_whole_document_with_score_and_highlighted_title() -> None:
    (hit,) = search_books(text="two tow").hits
    assert hit.document == SHELF[1]
    assert hit.score > 0
    assert hit.highlighted_title == "The <mark>Two</mark> <mark>Towers</mark>"


def test_without_a_query_everything_is_there_by_popularity() -> None:
    assert found() == ["The Hobbit", "Dune", "The Two Towers", "Der Hobbit", "Tolkien: A Biography"]


def test_words_may_stand_in_any_order_and_name_title_and_author() -> None:
    assert found("hobbit tolkien") == found("TOLKIEN hobbit ") == ["The Hobbit", "Der Hobbit"]
    assert found("herbert frank") == found("frank herbert") == ["Dune"]


def test_an_isbn_finds_its_book_in_any_writing() -> None:
    assert found("0-441-01359-7") == found("ISBN 978 0 441 01359 3") == ["Dune"]


def test_filters_and_query_combine() -> None:
    assert found("hobbit", filters=Filters(language="de")) == ["Der Hobbit"]
    assert found("hobbit", filters=Filters(genre="fantasy", year_max=1940)) == ["The Hobbit"]
    assert found("hobbit", filters=Filters(genre="horror")) == []


def test_a_sort_overrides_relevance() -> None:
    assert found("tolkien", sort="title") == ["The Hobbit", "Der Hobbit", "Tolkien: A Biography", "The Two Towers"]
    assert found("tolkien", sort="newest")[0] == "Tolkien: A Biography"
    assert found("tolkien", sort="popular")[0] == "The Hobbit"


def test_facets_count_all_hits_not_only_the_page() -> None:
    result = search_books(text="hobbit", page_size=1, facets=True)
    assert len(result.hits) == 1
    assert [(facet.kind, facet.label, facet.count) for facet in result.facets] == [
        ("author", TOLKIEN, 2),
        ("availability", "unavailable", 2),
        ("decade", "1930", 1),
        ("decade", "1950", 1),
        ("genre", "Fantasy", 1),
        ("language", "de", 1),
        ("language", "en", 1),
    ]


def test_facets_are_counted_only_when_asked_for() -> None:
    assert search_books(text="hobbit").facets == []


def test_a_misspelt_query_finds_what_was_meant_and_says_so() -> None:
    result = search_books(text="tolkein hobit", facets=True)
    assert [hit.document.title for hit in result.hits] == ["The Hobbit", "Der Hobbit"]
    assert (result.total, result.did_you_mean) == (2, "tolkien hobbit")
    assert ("author", TOLKIEN, 2) in [(facet.kind, facet.label, facet.count) for facet in result.facets]


def test_joined_and_split_words_find_each_other() -> None:
    index_books([document("Spider-Man"), document("Sunflower")])
    assert found("spiderman") == ["Spider-Man"]
    assert found("sun flower") == ["Sunflower"]
    assert search_books(text="sun flower").did_you_mean == "sunflower"


def test_one_word_too_many_does_not_hide_the_book() -> None:
    assert found("dune frank herbert paperback") == ["Dune"]
    assert search_books(text="dune frank herbert paperback").did_you_mean == ""


def test_what_fits_nothing_finds_nothing() -> None:
    result = search_books(text="xyzzy", facets=True)
    assert (result.hits, result.total, result.facets, result.did_you_mean) == ([], 0, [], "")


def test_pages_follow_each_other_without_gap_or_repetition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there are more matches than are ranked."""
    monkeypatch.setattr(finding, "CANDIDATES", 7)
    many = [document(f"Stone {name}", popularity=100 - place) for place, name in enumerate("abcdefghijklmnopqrstuv")]
    index_books([*many, document("Stone", popularity=0), document("Stonework", popularity=200)])
    total = len(many) + 2
    pages = [search_books(text="stone", page=page, page_size=5) for page in range(1, 7)]
    titles = [hit.document.title for page in pages for hit in page.hits]
    assert [page.total for page in pages] == [total] * 6
    assert titles[0] == "Stone"
    assert sorted(titles) == sorted([book.title for book in many] + ["Stone", "Stonework"])


def test_pages_of_any_sort_follow_each_other() -> None:
    assert found(sort="title", page=1, page_size=3) + found(sort="title", page=2, page_size=3) == found(sort="title")
    assert found(page=3, page_size=3) == []


@pytest.mark.parametrize("text", ["?!", "x" * 201, "a\0b"])
def test_a_query_that_cannot_be_answered_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery):
        search_books(text=text)
    with pytest.raises(InvalidQuery):
        suggest(text=text)


def test_pages_end_where_counting_ends() -> None:
    assert search_books(page=COUNT_LIMIT // 100, page_size=100).hits == []
    with pytest.raises(InvalidQuery):
        search_books(page=COUNT_LIMIT // 100 + 1, page_size=100)


def test_a_forgotten_book_is_not_found() -> None:
    forget_books([SHELF[4].book_id], version=2)
    assert found("dune") == []


def test_suggestions_are_authors_and_titles_that_begin_so() -> None:
    author = SHELF[0].authors[0]
    assert suggest(text="tolk") == [
        Suggestion("author", author.id, TOLKIEN),
        Suggestion("title", SHELF[0].book_id, "The Hobbit"),
        Suggestion("title", SHELF[1].book_id, "The Two Towers"),
        Suggestion("title", SHELF[3].book_id, "Tolkien: A Biography"),
        Suggestion("title", SHELF[2].book_id, "Der Hobbit"),
    ]
    assert suggest(text="") == []


def test_there_are_never_more_suggestions_than_fit() -> None:
    index_books([document(f"Moon {number}", f"Moon Writer{number}") for number in range(20)])
    assert len(suggest(text="moon")) == SUGGESTIONS


def suggested(text: str) -> list[str]:
    return [suggestion.text for suggestion in suggest(text=text)]


def test_suggestions_forgive_slips_accents_and_unfinished_words() -> None:
    index_books([document("Les Misérables", "Víctor Hugo", popularity=6)])
    assert suggested("misera") == ["Les Misérables"]
    assert suggested("victor hu") == ["Víctor Hugo", "Les Misérables"]
    assert suggested("tolkein")[0] == TOLKIEN
    assert suggested("two towrs") == ["The Two Towers"]


def test_an_author_is_suggested_by_initials_in_one_word() -> None:
    index_books([document("The Casual Vacancy", "J. K. Rowling", popularity=6)])
    assert suggested("jk row") == ["J. K. Rowling", "The Casual Vacancy"]


def test_editions_of_one_title_are_suggested_once_the_popular_one() -> None:
    index_books([document("DUNE", popularity=2), document("Dune", popularity=90, book_id=77)])
    assert [(suggestion.text, suggestion.id) for suggestion in suggest(text="dun")] == [("Dune", 77)]


def test_a_title_of_signs_is_found_whole_and_only_whole() -> None:
    index_books([document("???", book_id=78), document("C++", book_id=79)])
    assert found("? ??") == suggested("???") == ["???"]
    assert found("c++") == ["C++"]
    with pytest.raises(InvalidQuery):
        search_books(text="??")


def test_a_weak_fit_does_not_hide_what_was_meant() -> None:
    """As typed both find a book; another reading fits a whole title."""
    index_books(
        [document("A Memoir of Going Home"), document("Homegoing"), document("Notes on Rising", series="Rad Lives")]
    )
    index_books([document("Red Rising", popularity=5)])
    assert found("home going")[0] == "Homegoing"
    assert found("rad rising")[0] == "Red Rising"
    assert search_books(text="rad rising").did_you_mean == "red rising"
