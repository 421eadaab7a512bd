"""Rules for queries in which readers write numbers, signs and letters otherwise."""

import re
import unicodedata
from collections.abc import Iterator
from random import Random

from books.search.documents import BookDocument

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SMALL = {"the", "a", "an", "of", "and", "in", "to", "on", "for", "by", "with"}
HEARD = (("ph", "f"), ("ck", "k"), ("ie", "ei"), ("ei", "ie"), ("ght", "t"), ("kn", "n"), ("ss", "s"), ("ll", "l"),
          ("tt", "t"), ("ea", "ee"), ("ou", "u"), ("y", "i"), ("c", "k"), ("s", "z"))  # fmt: skip
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
DIGITS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "twenty": "20", "thirty": "30",
    "forty": "40",
}  # fmt: skip
SPELLED = {digits: word for word, digits in DIGITS.items()} | {
    "22": "twenty two", "1984": "nineteen eighty four", "451": "four hundred fifty one", "100": "one hundred",
    "2001": "two thousand one", "1776": "seventeen seventy six", "1000": "one thousand", "20,000": "twenty thousand",
    "24": "twenty four", "50": "fifty", "101": "one hundred and one", "1st": "first", "2nd": "second", "40": "forty",
}  # fmt: skip
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", (
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya").replace("_", "").split(" "),
    strict=True))  # fmt: skip
GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"}


def without_marks(book: BookDocument, _chance: Random) -> Iterator[str]:
    apart = unicodedata.normalize("NFKD", book.title)
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    if bare != apart:
        yield bare


def with_umlauts_spelled(book: BookDocument, _chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        if text.translate(UMLAUTS) != text:
            yield text.translate(UMLAUTS)


def _respelled_numbers(book: BookDocument, table: dict[str, str]) -> Iterator[str]:
    parts = re.split(r"(\s+|-)", book.title)
    changed = [table.get(part.lower().strip(":,."), part) for part in parts]
    if changed != parts and len(changed) > 1:
        yield "".join(changed)


def number_words(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield from _respelled_numbers(book, SPELLED)


def number_digits(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield from _respelled_numbers(book, DIGITS)


def roman_as_digits(book: BookDocument, _chance: Random) -> Iterator[str]:
    yield from _respelled_numbers(book, ROMAN)


def signs(book: BookDocument, _chance: Random) -> Iterator[str]:
    for written, typed in ((" & ", " and "), (" and ", " & "), ("'s ", "s "), ("'s ", " "), ("-", " "), ("-", "")):
        if written in book.title:
            yield book.title.replace(written, typed)


def cjk(book: BookDocument, chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        for run in re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{3,}", text)[:1]:
            start = chance.randrange(len(run) - 1)
            yield run[start : start + chance.randint(2, 5)]


def arabic(book: BookDocument, chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        if re.search(r"[\u0621-\u064a]{3}", text):
            parts = text.split()
            place = chance.randrange(len(parts))
            if len(parts[place]) > 4:
                start = parts[place]
                parts[place] = start.removeprefix("ال") if start.startswith("ال") else "ال" + start
            yield " ".join(parts).translate(str.maketrans("أإآىة", "ااايه"))


def cyrillic(book: BookDocument, chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        if re.search("[а-яА-Я]{3}", text):
            yield text.lower().replace("ё", "е") if chance.random() < 0.5 else text.lower().replace("е", "ё", 1)


def in_latin_letters(book: BookDocument, _chance: Random) -> Iterator[str]:
    for text in (book.title, book.original_title):
        bare = unicodedata.normalize("NFKD", text).lower()
        if re.search("[а-яα-ω]{3}", bare):
            composed = unicodedata.normalize("NFC", text).lower()
            yield "".join(CYRILLIC.get(letter, _greek(letter)) for letter in composed)


def _greek(letter: str) -> str:
    return GREEK.get(unicodedata.normalize("NFD", letter)[0], letter)
