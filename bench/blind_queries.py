"""Queries made by rule from books that nobody chose: what readers type, right, half right and wrong."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from books.search.analysis import readings, without_article, words
from books.search.documents import BookDocument

Fits = Callable[[BookDocument], bool]
Rule = Callable[[BookDocument, Random], Iterator[str]]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SMALL = {"the", "a", "an", "of", "and", "in", "to", "on", "for", "by", "with"}
_ARTICLE = re.compile(r"^(the|a|an|le|la|les|der|die|das|el|los|il) ", re.IGNORECASE)
_HEARD = (("ph", "f"), ("ck", "k"), ("ie", "ei"), ("ei", "ie"), ("ght", "t"), ("kn", "n"), ("ss", "s"), ("ll", "l"),
          ("tt", "t"), ("ea", "ee"), ("ou", "u"), ("y", "i"), ("c", "k"), ("s", "z"))  # fmt: skip
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_DIGITS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "twenty": "20", "thirty": "30",
    "forty": "40",
}  # fmt: skip
_SPELLED = {digits: word for word, digits in _DIGITS.items()} | {
    "22": "twenty two", "1984": "nineteen eighty four", "451": "four hundred fifty one", "100": "one hundred",
    "2001": "two thousand one", "1776": "seventeen seventy six", "1000": "one thousand", "20,000": "twenty thousand",
    "24": "twenty four", "50": "fifty", "101": "one hundred and one", "1st": "first", "2nd": "second", "40": "forty",
}  # fmt: skip
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", (
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya").replace("_", "").split(" "),
    strict=True))  # fmt: skip
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"}


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


def _titles(book: BookDocument) -> set[str]:
    full = [book.title, book.original_title, f"{book.title} {book.subtitle}"]
    return {"".join(without_article(reading)) for title in full for reading in readings(title) if reading}


def _same_title(book: BookDocument, _text: str) -> Fits:
    """Every edition will do."""
    wanted = _titles(book)
    return lambda found: not wanted.isdisjoint(_titles(found))


def _same_title_and_author(book: BookDocument, _text: str) -> Fits:
    wanted, writers = _titles(book), {author.id for author in book.authors}
    return lambda found: (
        not wanted.isdisjoint(_titles(found)) and not writers.isdisjoint({author.id for author in found.authors})
    )


def _title_and_author_hold(book: BookDocument, text: str) -> Fits:
    typed = set(words(text))
    return lambda found: typed <= set(words(" ".join([found.title, *(author.name for author in found.authors)])))


def _begins_so(_book: BookDocument, text: str) -> Fits:
    typed = " ".join(words(text))

    def fits(found: BookDocument) -> bool:
        texts = [found.title, found.original_title, f"{found.title} {found.subtitle}", found.series]
        return any(
            " ".join(words(start)).startswith(typed) for full in texts for start in (full, _ARTICLE.sub("", full))
        )

    return fits


def _title_holds(_book: BookDocument, text: str) -> Fits:
    typed = unicodedata.normalize("NFKC", text)
    return lambda found: typed in unicodedata.normalize("NFKC", f"{found.title} {found.original_title}")


def _by_author(book: BookDocument, _text: str) -> Fits:
    writer = book.authors[0]
    return lambda found: writer in found.authors


def _in_series(book: BookDocument, _text: str) -> Fits:
    wanted = set(words(book.series))
    return lambda found: wanted <= set(words(found.series))


def _only(book: BookDocument, _text: str) -> Fits:
    return lambda found: found.book_id == book.book_id


def _exact(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield book.title


def _without_subtitle(book: BookDocument, _chance: Random) -> Iterator[str]:
    main = re.split(r"[:;(]| - ", book.title)[0].strip()
    if main != book.title and len(words(main)) > 1:
        yield main


def _without_article(book: BookDocument, _chance: Random) -> Iterator[str]:
    if (bare := _ARTICLE.sub("", book.title)) != book.title:
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
    letter = chance.choice(_LETTERS)
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
    heard = [(written, sound) for written, sound in _HEARD if written in book.title.lower()]
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
    places = [place for place, part in enumerate(parts) if part.lower() not in _SMALL]
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


def _without_marks(book: BookDocument, _chance: Random) -> Iterator[str]:
    apart = unicodedata.normalize("NFKD", book.title)
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    if bare != apart:
        yield bare


def _with_umlauts_spelled(book: BookDocument, _chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        if text.translate(_UMLAUTS) != text:
            yield text.translate(_UMLAUTS)


def _respelled_numbers(book: BookDocument, table: dict[str, str]) -> Iterator[str]:
    parts = re.split(r"(\s+|-)", book.title)
    changed = [table.get(part.lower().strip(":,."), part) for part in parts]
    if changed != parts and len(changed) > 1:
        yield "".join(changed)


def _number_words(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield from _respelled_numbers(book, _SPELLED)


def _number_digits(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield from _respelled_numbers(book, _DIGITS)


def _roman_as_digits(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield from _respelled_numbers(book, _ROMAN)


def _signs(book: BookDocument, _chance: Random) -> Iterator[str]:
    for written, typed in ((" & ", " and "), (" and ", " & "), ("'s ", "s "), ("'s ", " "), ("-", " "), ("-", "")):
        if written in book.title:
            yield book.title.replace(written, typed)


def _cjk(book: BookDocument, chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        for run in re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{3,}", text)[:1]:
            start = chance.randrange(len(run) - 1)
            yield run[start : start + chance.randint(2, 5)]


def _arabic(book: BookDocument, chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        if re.search(r"[\u0621-\u064a]{3}", text):
            parts = text.split()
            place = chance.randrange(len(parts))
            if len(parts[place]) > 4:
                start = parts[place]
                parts[place] = start.removeprefix("ال") if start.startswith("ال") else "ال" + start
            yield " ".join(parts).translate(str.maketrans("أإآىة", "ااايه"))


def _cyrillic(book: BookDocument, chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        if re.search("[а-яА-Я]{3}", text):
            yield text.lower().replace("ё", "е") if chance.random() < 0.5 else text.lower().replace("е", "ё", 1)


def _in_latin_letters(book: BookDocument, _chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        bare = unicodedata.normalize("NFKD", text).lower()
        if re.search("[а-яα-ω]{3}", bare):
            composed = unicodedata.normalize("NFC", text).lower()
            yield "".join(_CYRILLIC.get(letter, _greek(letter)) for letter in composed)


def _greek(letter: str) -> str:
    return _GREEK.get(unicodedata.normalize("NFD", letter)[0], letter)


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
    telling = [part for part in book.title.split() if part.lower() not in _SMALL and len(part) > 2]
    if book.authors and len(telling) >= 3:
        yield " ".join(chance.sample([*chance.sample(telling, 2), _surname(book.authors[0].name)], 3))


_RULES: tuple[tuple[str, Rule, Callable[[BookDocument, str], Fits]], ...] = (
    ("exact title", _exact, _same_title),
    ("without subtitle", _without_subtitle, _begins_so),
    ("without article", _without_article, _same_title),
    ("words shuffled", _shuffled, _same_title),
    ("title unfinished", _unfinished, _begins_so),
    ("title, author", _title_author, _same_title_and_author),
    ("author, title", _author_title, _same_title_and_author),
    ("words of title and author", _words_of_both, _title_and_author_hold),
    ("author", _author, _by_author),
    ("author turned", _author_turned, _by_author),
    ("author by initials", _author_initials, _by_author),
    ("author, a typo", _author_typo, _by_author),
    ("a typo", _one_typo, _same_title),
    ("typos in two words", _two_words_with_typos, _same_title),
    ("two typos in a word", _two_typos_in_a_word, _same_title),
    ("typo and unfinished", _typo_and_unfinished, _same_title),
    ("as heard", _as_heard, _same_title),
    ("word dropped", _word_dropped, _same_title),
    ("word added", _word_added, _same_title),
    ("word wrong", _word_wrong, _same_title),
    ("joined", _joined, _same_title),
    ("split", _split, _same_title),
    ("without marks", _without_marks, _same_title),
    ("umlauts spelled", _with_umlauts_spelled, _same_title),
    ("number in words", _number_words, _same_title),
    ("number in digits", _number_digits, _same_title),
    ("roman as digits", _roman_as_digits, _same_title),
    ("signs", _signs, _same_title),
    ("chinese, japanese, korean", _cjk, _title_holds),
    ("arabic", _arabic, _same_title),
    ("cyrillic", _cyrillic, _same_title),
    ("in latin letters", _in_latin_letters, _same_title),
    ("series and number", _series_number, _in_series),
    ("isbn", _isbn, _only),
    ("isbn unfinished", _isbn_begun, _only),
    ("with year", _with_year, _same_title),
    ("with publisher", _with_publisher, _same_title),
    ("with genre", _with_genre, _same_title),
)
