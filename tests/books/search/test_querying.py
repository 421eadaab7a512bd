import pytest

from books.search.querying import InvalidQuery, Query, analyse_query, looser_attempts


def test_a_query_is_its_words_and_perhaps_an_isbn() -> None:
    assert analyse_query("  Tolkien, HOBBIT ") == Query(("tolkien", "hobbit"))
    assert analyse_query("0-439-55493-4") == Query(("0", "439", "55493", "4"), ("9780439554930", "0439554934"))


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_typed_browses(text: str) -> None:
    assert analyse_query(text) is None


@pytest.mark.parametrize("text", ["!?", "…", "\u200b\u200d", "🙂", "har\0ry", "\0", "x" * 201, "\u0301"])
def test_a_query_that_cannot_be_answered_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        analyse_query(text)
    assert (refused.value.status, refused.value.code) == (400, "validation_error")


@pytest.mark.parametrize(
    "text", ["x" * 200, "é" * 200, "a " * 100, "村", "7", "$1", "%_'\"\\" + "a", "{$ne: 1}", "DROP TABLE"]
)
def test_anything_with_a_letter_or_a_digit_can_be_asked(text: str) -> None:
    assert analyse_query(text) is not None


def test_the_last_word_may_be_unfinished() -> None:
    assert Query(("hunger", "ga")).by_prefix == (("words", ("hunger",)), ("prefixes", ("ga",)))


def test_looser_attempts_join_words_then_allow_misspellings_then_leave_words_out() -> None:
    attempts = [attempt.words for attempt in looser_attempts(Query(("the", "spider", "man")))]
    assert attempts == [
        ("thespider", "man"),
        ("the", "spiderman"),
        ("the", "spider", "man"),
        ("spider", "man"),
    ]


def test_of_three_telling_words_one_may_be_left_out() -> None:
    attempts = {attempt.words for attempt in looser_attempts(Query(("dune", "frank", "herbrt")))}
    assert {("dune", "frank"), ("dune", "herbrt"), ("frank", "herbrt")} <= attempts


def test_long_queries_ask_no_more_than_a_few_dozen_times() -> None:
    assert len(list(looser_attempts(analyse_query("word " * 38 + "end") or Query(())))) < 40
