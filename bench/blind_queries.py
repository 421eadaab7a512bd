"""Queries made by rule from books that nobody chose: what readers type, right, half right and wrong."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from bench.right_answers import (
    ARTICLE,
    Fits,
    begins_so,
    by_author,
    in_series,
    only,
    same_title,
    same_title_and_author,
    title_and_author_hold,
    title_holds,
)
from bench.spellings import (
    HEARD,
    LETTERS,
    SMALL,
    arabic,
    cjk,
    cyrillic,
    in_latin_letters,
    number_digits,
    number_words,
    roman_as_digits,
    signs,
    with_umlauts_spelled,
    without_marks,
)
from books.search.analysis import words
from books.search.documents import BookDocument

Rule = Callable[[BookDocument, Random], Iterator[str]]


@dataclass(frozen=True)
class Blind:
    kind: str
    text: str
    fits: Fits


def blind_queries(books: list[BookDocument], *, seed: int, per_rule: int) -> Iterator[Blind]:
    """At most `per_rule` queries for each rule, from books that the seed chooses."""
    for kind, rule, fits in _RULES:
        chance = Random(f"{seed} {kind}")
        made = 0
        for book in chance.sample(books, len(books)):
            for text in rule(book, chance):
                if made < per_rule and words(text) and len(text) <= 200:
                    yield Blind(kind, text, fits(book, text))
                    made += 1
            if made >= per_rule:
                break


def _exact(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield book.title


def _without_subtitle(book: BookDocument, _chance: Random) -> Iterator[str]:
    main = re.split(r"[:;(]| - ", book.title)[0].strip()
    if main != book.title and len(words(main)) > 1:
        yield main


def _without_article(book: BookDocument, _chance: Random) -> Iterator[str]:
    if (bare := ARTICLE.sub("", book.title)) != book.title:
        yield bare


def _shuffled(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    if 3 <= len(parts) <= 10:
        yield " ".join(chance.sample(parts, len(parts)))


def _unfinished(book: BookDocument, chance: Random) -> Iterator[str]:
    if len(book.title) > 4:
        yield book.title[: chance.randint(4, len(book.title) - 1)].strip()


def _surname(name: str) -> str:
    return name.split()[-1] if name.split() else ""


def _title_author(book: BookDocument, _chance: Random) -> Iterator[str]:
    if book.authors:
        yield f"{book.title} {_surname(book.authors[0].name)}"


def _author_title(book: BookDocument, _chance: Random) -> Iterator[str]:
    if book.authors:
        yield f"{_surname(book.authors[0].name)} {book.title}"


def _author(book: BookDocument, _chance: Random) -> Iterator[str]:
    if book.authors:
        yield book.authors[0].name


def _author_turned(book: BookDocument, _chance: Random) -> Iterator[str]:
    if book.authors and len(parts := book.authors[0].name.split()) > 1:
        yield f"{parts[-1]}, {' '.join(parts[:-1])}"


def _author_initials(book: BookDocument, chance: Random) -> Iterator[str]:
    if book.authors and len(parts := book.authors[0].name.replace(".", ". ").split()) > 1:
        initials = [part[0] for part in parts[:-1]]
        yield f"{chance.choice(['. ', ' ', '']).join(initials)} {parts[-1]}"


def _author_typo(book: BookDocument, chance: Random) -> Iterator[str]:
    if book.authors:
        yield from _with_typos(book.authors[0].name, chance, 1)


def _slip(word: str, chance: Random) -> str:
    place = chance.randrange(len(word))
    letter = chance.choice(LETTERS)
    swapped = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    return chance.choice(
        [
            word[:place] + letter + word[place + 1 :],
            swapped if place + 1 < len(word) else word[:-2] + word[-2:][::-1],
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
        ]
    )


def _with_typos(text: str, chance: Random, slips: int) -> Iterator[str]:
    parts = text.split()
    long = [place for place, part in enumerate(parts) if len(part) >= 4 and part.isalpha() and part.isascii()]
    if len(long) >= slips:
        for place in chance.sample(long, slips):
            parts[place] = _slip(parts[place], chance)
        yield " ".join(parts)


def _one_typo(book: BookDocument, chance: Random) -> Iterator[str]:
    yield from _with_typos(book.title, chance, 1)


def _two_words_with_typos(book: BookDocument, chance: Random) -> Iterator[str]:
    yield from _with_typos(book.title, chance, 2)


def _two_typos_in_a_word(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    long = [place for place, part in enumerate(parts) if len(part) >= 7 and part.isalpha() and part.isascii()]
    if long:
        place = chance.choice(long)
        parts[place] = _slip(_slip(parts[place], chance), chance)
        yield " ".join(parts)


def _typo_and_unfinished(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    if len(parts) >= 2 and len(parts[-1]) >= 5 and len(parts[-2]) >= 4 and parts[-2].isascii():
        yield " ".join([*parts[:-2], _slip(parts[-2], chance), parts[-1][: chance.randint(3, len(parts[-1]) - 1)]])


def _as_heard(book: BookDocument, chance: Random) -> Iterator[str]:
    heard = [(written, sound) for written, sound in HEARD if written in book.title.lower()]
    if heard:
        written, sound = chance.choice(heard)
        yield book.title.lower().replace(written, sound, 1)


def _word_dropped(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    if len(parts) >= 4:
        del parts[chance.randrange(len(parts))]
        yield " ".join(parts)


def _word_added(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    if 2 <= len(parts) <= 8:
        extra = chance.choice(["book", "novel", "the", "story", "paperback", "new", "green", "edition", "my"])
        parts.insert(chance.randint(0, len(parts)), extra)
        yield " ".join(parts)


def _word_wrong(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    places = [place for place, part in enumerate(parts) if part.lower() not in SMALL]
    if len(places) >= 4:
        parts[chance.choice(places)] = chance.choice(["blue", "house", "river", "secret", "garden", "wrong"])
        yield " ".join(parts)


def _joined(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    if len(parts) >= 2:
        place = chance.randrange(len(parts) - 1)
        parts[place : place + 2] = ["".join(parts[place : place + 2])]
        yield " ".join(parts)


def _split(book: BookDocument, chance: Random) -> Iterator[str]:
    parts = book.title.split()
    long = [place for place, part in enumerate(parts) if len(part) >= 6 and part.isalpha()]
    if long:
        place = chance.choice(long)
        cut = chance.randint(2, len(parts[place]) - 2)
        parts[place : place + 1] = [parts[place][:cut], parts[place][cut:]]
        yield " ".join(parts)


def _series_number(book: BookDocument, _chance: Random) -> Iterator[str]:
    if match := re.match(r"^([^;#]+) #(\d+)$", book.series):
        yield f"{match[1]} {match[2]}"


def _isbn(book: BookDocument, chance: Random) -> Iterator[str]:
    if book.isbns:
        thirteen = book.isbns[0]
        yield chance.choice([thirteen, f"{thirteen[:3]}-{thirteen[3:]}", f"ISBN {thirteen}", f"{thirteen[:3]} "
                             f"{thirteen[3]} {thirteen[4:8]} {thirteen[8:12]} {thirteen[12]}"])  # fmt: skip


def _isbn_begun(book: BookDocument, chance: Random) -> Iterator[str]:
    if book.isbns:
        yield book.isbns[0][: chance.randint(10, 12)]


def _with_year(book: BookDocument, _chance: Random) -> Iterator[str]:
    if book.year and book.year > 1000:
        yield f"{book.title} {book.year}"


def _with_publisher(book: BookDocument, _chance: Random) -> Iterator[str]:
    if book.publisher:
        yield f"{book.title} {book.publisher.name.split()[0]}"


def _with_genre(book: BookDocument, chance: Random) -> Iterator[str]:
    if book.genres:
        yield f"{book.title} {chance.choice(book.genres).name}"


def _words_of_both(book: BookDocument, chance: Random) -> Iterator[str]:
    """Two telling words of the title and the author's surname, in any order."""
    telling = [part for part in book.title.split() if part.lower() not in SMALL and len(part) > 2]
    if book.authors and len(telling) >= 3:
        yield " ".join(chance.sample([*chance.sample(telling, 2), _surname(book.authors[0].name)], 3))


_RULES: tuple[tuple[str, Rule, Callable[[BookDocument, str], Fits]], ...] = (
    ("exact title", _exact, same_title),
    ("without subtitle", _without_subtitle, begins_so),
    ("without article", _without_article, same_title),
    ("words shuffled", _shuffled, same_title),
    ("title unfinished", _unfinished, begins_so),
    ("title, author", _title_author, same_title_and_author),
    ("author, title", _author_title, same_title_and_author),
    ("words of title and author", _words_of_both, title_and_author_hold),
    ("author", _author, by_author),
    ("author turned", _author_turned, by_author),
    ("author by initials", _author_initials, by_author),
    ("author, a typo", _author_typo, by_author),
    ("a typo", _one_typo, same_title),
    ("typos in two words", _two_words_with_typos, same_title),
    ("two typos in a word", _two_typos_in_a_word, same_title),
    ("typo and unfinished", _typo_and_unfinished, same_title),
    ("as heard", _as_heard, same_title),
    ("word dropped", _word_dropped, same_title),
    ("word added", _word_added, same_title),
    ("word wrong", _word_wrong, same_title),
    ("joined", _joined, same_title),
    ("split", _split, same_title),
    ("without marks", without_marks, same_title),
    ("umlauts spelled", with_umlauts_spelled, same_title),
    ("number in words", number_words, same_title),
    ("number in digits", number_digits, same_title),
    ("roman as digits", roman_as_digits, same_title),
    ("signs", signs, same_title),
    ("chinese, japanese, korean", cjk, title_holds),
    ("arabic", arabic, same_title),
    ("cyrillic", cyrillic, same_title),
    ("in latin letters", in_latin_letters, same_title),
    ("series and number", _series_number, in_series),
    ("isbn", _isbn, only),
    ("isbn unfinished", _isbn_begun, only),
    ("with year", _with_year, same_title),
    ("with publisher", _with_publisher, same_title),
    ("with genre", _with_genre, same_title),
)
