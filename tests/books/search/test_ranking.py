import pytest

from books.search.indexing import analyse_book
from books.search.ranking import Ranked, rank
from books.search.store import Candidate
from tests.books.search.factories import BookDocument, document


def ranked(words: str, *books: BookDocument, loosely: bool = False) -> list[Ranked]:
    entries = map(analyse_book, books)
    candidates = [Candidate(entry.book_id, entry.popularity, entry.fields) for entry in entries]
    return rank(words.split(), candidates, loosely=loosely)


def order(words: str, *books: BookDocument, loosely: bool = False) -> list[str]:
    titles = {book.book_id: book.title for book in books}
    return [titles[hit.book.book_id] for hit in ranked(words, *books, loosely=loosely)]


def test_where_a_word_stands_decides_from_exact_title_to_subtitle() -> None:
    books = [
        document("Sea Change", subtitle="A Life in Emma"),
        document("Box Hill", series="Emma 2"),
        document("My Dear Emma"),
        document("Emma and I"),
        document("Emma"),
    ]
    assert order("emma", *books) == ["Emma", "Emma and I", "My Dear Emma", "Box Hill", "Sea Change"]


def test_an_article_does_not_part_a_title_from_its_query() -> None:
    assert order("hobbit", document("Hobbit Tales", popularity=9), document("The Hobbit"))[0] == "The Hobbit"
    assert order("stand", document("Stand Up", popularity=9), document("A Stand"))[0] == "A Stand"


def test_title_and_author_beat_a_title_that_names_both() -> None:
    books = [document("Tolkien and The Hobbit", "A. Fan"), document("The Hobbit", "J.R.R. Tolkien")]
    assert (
        order("tolkien hobbit", *books) == order("hobbit tolkien", *books) == ["The Hobbit", "Tolkien and The Hobbit"]
    )


def test_books_by_an_author_beat_books_that_begin_with_a_longer_form_of_the_name() -> None:
    books = [document("Stephen Kingsley's Notes", popularity=3), document("The Shining", "Stephen King", popularity=3)]
    assert order("stephen king", *books)[0] == "The Shining"


def test_a_whole_word_beats_the_beginning_of_one() -> None:
    assert order("king", document("Kingdom", popularity=20), document("The Last King"))[0] == "The Last King"


def test_only_the_last_word_may_be_unfinished() -> None:
    assert order("hun games", document("The Hunger Games")) == []
    assert order("hunger ga", document("The Hunger Games")) == ["The Hunger Games"]


def test_the_popular_one_of_equal_matches_comes_first_then_the_older_id() -> None:
    books = [
        document("Poems", book_id=3, popularity=1),
        document("Poems", book_id=2, popularity=5),
        document("Poems", book_id=1, popularity=1),
    ]
    assert [hit.book.book_id for hit in ranked("poems", *books)] == [2, 1, 3]


def test_popularity_never_beats_an_exact_title() -> None:
    assert order("it", document("It Ends with Us", popularity=10_000), document("It"))[0] == "It"


def test_a_misspelt_word_counts_for_less_than_the_right_one() -> None:
    books = [document("The Hobbit", popularity=30), document("The Hobit")]
    assert order("hobit", *books, loosely=True) == ["The Hobit", "The Hobbit"]


def test_misspellings_match_only_when_they_are_asked_for() -> None:
    assert order("hobit", document("The Hobbit")) == []


@pytest.mark.parametrize("word", ["stormy", "abcdefg"])
def test_a_word_that_is_too_different_is_no_misspelling(word: str) -> None:
    assert order(word, document("The Hobbit"), loosely=True) == []


def test_every_word_tells_which_of_the_books_words_it_matched() -> None:
    (hit,) = ranked("tolkein hob", document("The Hobbit", "J.R.R. Tolkien"), loosely=True)
    assert hit.matched == ("tolkien", "hobbit")


def test_the_original_title_is_as_good_as_the_title() -> None:
    books = [document("Soledad y Cien Anos"), document("One Hundred Years", original_title="Cien años de soledad")]
    assert order("cien anos de soledad", *books) == ["One Hundred Years"]
