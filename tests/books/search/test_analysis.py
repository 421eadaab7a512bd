import pytest

from books.search.analysis import (
    isbn13,
    isbn_beginning,
    isbn_beginnings,
    other_forms,
    prefixes,
    readings,
    spellings,
    without_article,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Harry Potter and the Sorcerer's Stone", ("harry", "potter", "and", "the", "sorcerers", "stone")),
        ("Catch-22", ("catch", "22")),
        ("Pride & Prejudice", ("pride", "and", "prejudice")),
        ("J.R.R. Tolkien", ("j", "r", "r", "tolkien")),
        ("C++ and C# (Volume #1)", ("cpp", "and", "csharp", "volume", "1")),
        ("It", ("it",)),
        ("…!?", ()),
        ("進撃の巨人", ("進撃", "撃の", "の巨", "巨人")),
        ("村", ("村",)),
        ("한국어 책", ("한국", "국어", "책")),
        ("1Q84 村上", ("1q84", "村上")),
        ("हिन्दी साहित्य", ("हिन्दी", "साहित्य")),
    ],
)
def test_a_text_falls_into_folded_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Spider-Man", {"spiderman"}),
        ("J.R.R. Tolkien", {"jr", "rr", "jrr", "rtolkien"}),
        ("L'Étranger", {"l", "etranger"}),
        ("Ender's", {"ender", "s"}),
        ("巨人", {"巨", "人"}),
        ("Человек-паук", {"человекпаук"}),
        ("Emma", set()),
    ],
)
def test_a_book_is_found_under_further_forms(text: str, forms: set[str]) -> None:
    assert other_forms(text) == forms


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Catch Twenty-Two", [("catch", "22")]),
        ("Nineteen Eighty-Four", [("1984",)]),
        ("Twenty Thousand Leagues", [("20000", "leagues")]),
        ("One Hundred and One Dalmatians", [("101", "dalmatians")]),
        ("The First Circle", [("the", "1st", "circle")]),
        ("Two, Three, Four", [("2", "3", "4")]),
        ("Henry IV, Part II", [("henry", "4", "part", "2")]),
        ("I, Robot", []),
        ("20,000 Leagues", []),
        ("Bücher", [("buecher",)]),
        ("القرآن", [("قران",)]),
        ("Мёртвые души", [("mertvye", "dushi")]),
        ("Οδύσσεια", [("odysseia",)]),
        ("Emma", []),
    ],
)
def test_a_text_may_be_written_in_other_ways(text: str, others: list[tuple[str, ...]]) -> None:
    assert list(readings(text)) == [words(text), *others]


def test_prefixes_are_every_beginning_up_to_sixteen_letters() -> None:
    assert prefixes("games") == ("g", "ga", "gam", "game", "games")
    assert prefixes("donaudampfschifffahrt")[-1] == "donaudampfschiff"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("tolkien", "tolkein"),
        ("potter", "poter"),
        ("harry", "harrry"),
        ("murakami", "murikami"),
        ("dostoyevsky", "dostoevski"),
        ("nietzsche", "nietsche"),
        ("philosopher", "filosofer"),
        ("достоевский", "достаевский"),
    ],
)
def test_a_word_and_its_misspelling_share_a_key(right: str, wrong: str) -> None:
    assert spellings(*words(right)) & spellings(*words(wrong))


@pytest.mark.parametrize("word", ["it", "the", "1984", "村上"])
def test_short_words_and_numbers_are_not_misspelt(word: str) -> None:
    assert spellings(word) == {word}


@pytest.mark.parametrize(
    "text",
    [
        "9780439554930",
        "978-0-439-55493-0",
        "978 0 439 55493 0",
        "ISBN 978-0-439-55493-0",
        "isbn-13: 9780439554930",
        "urn:isbn:9780439554930",
        "0439554934",
        "0-439-55493-4",
        "ISBN-10 0439554934",
        "439554934",
        "٩٧٨٠٤٣٩٥٥٤٩٣٠",
        "０４３９５５４９３４",
    ],
)
def test_an_isbn_is_known_in_any_writing(text: str) -> None:
    assert isbn13(text) == "9780439554930"


def test_an_isbn_10_may_end_in_a_small_x() -> None:
    assert isbn13("043965548x") == isbn13("9780439655484") == "9780439655484"


@pytest.mark.parametrize("typed", ["978043955", "978-0-4395", "0439554", "0-439-55493", "439554", "9780439554930"])
def test_a_number_typed_so_far_is_the_beginning_of_an_isbn_in_both_forms(typed: str) -> None:
    assert (isbn_beginning(typed) in isbn_beginnings("9780439554930")) == (typed != "439554")


@pytest.mark.parametrize("text", ["1984", "9780439554931", "harry potter", "", "978", "0" * 13])
def test_what_has_no_valid_check_digit_is_no_isbn(text: str) -> None:
    assert isbn13(text) == ""


@pytest.mark.parametrize(
    ("title", "expected"),
    [(("the", "hobbit"), ("hobbit",)), (("les", "miserables"), ("miserables",)), (("it",), ("it",)), (("a",), ("a",))],
)
def test_a_title_is_the_same_without_its_article(title: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert without_article(title) == expected
