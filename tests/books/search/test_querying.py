import pytest

from books.search.querying import InvalidQuery, Query, analyse_query, as_typed, looser_attempts
from books.search.store import Condition


def query(text: str) -> Query:
    analysed = analyse_query(text)
    assert analysed is not None
    return analysed


def test_a_query_is_its_words_and_perhaps_an_isbn() -> None:
    assert query("  Tolkien, HOBBIT ") == Query((("tolkien", "hobbit"),), "=tolkienhobbit")
    isbn = query("0-439-55493-4")
    assert isbn.words == ("0", "439", "55493", "4")
    assert (isbn.isbn, isbn.isbn_begun) == ("9780439554930", "043955493")


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("catch twenty two", [("catch", "twenty", "two"), ("catch", "22")]),
        ("henry v", [("henry", "v"), ("henry", "5")]),
        ("20,000 leagues", [("20000", "leagues")]),
        ("толстой", [("толстои",), ("tolstoi",)]),
        ("الفيل الازرق", [("الفيل", "الازرق"), ("فيل", "ازرق")]),
        ("Tannöd", [("tannod",), ("tannoed",)]),
    ],
)
def test_a_query_may_be_read_as_the_catalogue_may_write_it(text: str, readings: list[tuple[str, ...]]) -> None:
    assert list(query(text).readings) == readings


@pytest.mark.parametrize(
    ("text", "begun"),
    [("978-0-439-5", "04395"), ("04395", "04395"), ("0439", ""), ("9780", ""), ("hobbit", ""), ("12345678901234", "")],
)
def test_a_number_of_five_digits_or_more_may_begin_an_isbn(text: str, begun: str) -> None:
    assert query(text).isbn_begun == begun


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_typed_browses(text: str) -> None:
    assert analyse_query(text) is None


@pytest.mark.parametrize("text", ["\u200b\u200d", "har\0ry", "\0", "x" * 201, "\u0301"])
def test_a_query_that_cannot_be_answered_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        analyse_query(text)
    assert (refused.value.status, refused.value.code) == (400, "validation_error")


@pytest.mark.parametrize(("text", "title"), [("?!", "=?!"), ("$ $", "=$$"), ("🙂", "=🙂")])
def test_signs_can_only_be_a_whole_title(text: str, title: str) -> None:
    assert query(text) == Query((), title)


@pytest.mark.parametrize(
    "text", ["x" * 200, "é" * 200, "a " * 100, "村", "7", "$1", "%_'\"\\" + "a", "{$ne: 1}", "DROP TABLE"]
)
def test_anything_with_a_letter_or_a_digit_can_be_asked(text: str) -> None:
    assert query(text).words


def test_the_last_word_may_be_unfinished() -> None:
    assert as_typed(("hunger", "ga")) == (("words", ("hunger",)), ("prefixes", ("ga",)))


def plans(text: str) -> list[tuple[Condition, ...]]:
    return [plan for attempt in looser_attempts(query(text)) for plan in attempt.plans]


def test_single_letters_and_short_words_may_be_initials() -> None:
    assert plans("jk rowling")[0] == (
        ("prefixes", ("j",)),
        ("prefixes", ("k",)),
        ("prefixes", ("rowling",)),
    )


def test_of_several_short_words_none_is_taken_for_initials() -> None:
    assert [terms for terms, _keys in plans("the cat in teh hat")[0]] == ["spellings"] * 3


def test_misspelt_words_are_looked_up_by_shared_keys_also_where_the_last_is_unfinished() -> None:
    whole, unfinished = plans("hary pott")[:2]
    assert [terms for terms, _keys in whole] == ["spellings", "spellings"]
    assert [terms for terms, _keys in unfinished] == ["spellings", "prefixes"]
    assert "hary" in whole[0].any_of
    assert {"hary", "har", "harypott"} <= set(whole[0].any_of)


def test_of_two_words_one_may_be_too_many() -> None:
    assert plans("emma paperback")[-2:] == [(Condition("words", ("emma",)),), (Condition("words", ("paperback",)),)]


def test_of_more_words_every_two_have_one_that_is_there() -> None:
    whole, _unfinished = plans("dune frank herbrt")[-2:]
    assert [{"dune", "frank", "herbrt"} & set(keys) for _terms, keys in whole] == [
        {"dune", "frank"},
        {"dune", "herbrt"},
        {"frank", "herbrt"},
    ]


@pytest.mark.parametrize("text", ["word " * 38 + "end", "a b c " * 30, "twenty one " * 15, "й а" * 40])
def test_the_longest_query_asks_no_more_than_a_dozen_times(text: str) -> None:
    assert len(plans(text)) <= 9
