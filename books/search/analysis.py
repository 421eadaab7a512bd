"""How text becomes what the index holds: the same analysis reads a book and a query, for every store."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from stdnum import isbn as isbn_numbers
from stdnum.exceptions import ValidationError

from .folding import fold
from .numbers import in_digits
from .romanising import romanised

Words = tuple[str, ...]

LONGEST_PREFIX = 16
SHORTEST_MISSPELT = 4
LONGEST_MISSPELT = 24
SHORTEST_SKELETON = 3
SHORTEST_ISBN_BEGINNING = 5

# Writing without spaces between words, where any run of two characters may be a word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED_RUN = re.compile(f"([{_UNSPACED}]+)")
_ARTICLES = frozenset(
    {"the", "a", "an", "le", "la", "les", "l", "un", "une", "el", "los", "las", "der", "die", "das", "ein",
     "eine", "il", "lo", "gli", "de", "het", "al"}
)  # fmt: skip
_ARABIC_ARTICLE = "ال"
_GERMANIC = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_THOUSANDS = re.compile(r"(?<=\d)[,'](?=\d{3}(?!\d))")
_PROGRAMMING = ((re.compile(r"\b([a-z])\+\+"), r"\1pp"), (re.compile(r"\b([a-z])#"), r"\1sharp"))
_SOUNDS = (
    ("ph", "f"),
    ("sch", "s"),
    ("ck", "k"),
    ("cz", "s"),
    ("tz", "s"),
    ("ts", "s"),
    ("x", "ks"),
    ("q", "k"),
    ("c", "k"),
    ("z", "s"),
    ("j", "g"),
)
_SILENT = re.compile("[aeiouywh]")
_REPEATED = re.compile(r"(.)\1+")


class _WordCharacters(dict[int, str]):
    """Keeps letters, digits and the marks that spell words; everything else parts words."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = kept = character if unicodedata.category(character)[0] in "LNM" else " "
        return kept


_WORD_CHARACTERS = _WordCharacters()


@lru_cache(maxsize=50_000)
def words(text: str) -> Words:
    """The folded words in order. An apostrophe joins (ender's: enders); unspaced scripts give overlapping pairs."""
    return tuple(_split(_plain(text).replace("'", "")))


def _plain(text: str) -> str:
    folded = fold(text)
    for symbols, spelled in _PROGRAMMING:
        folded = symbols.sub(spelled, folded)
    return _THOUSANDS.sub("", folded)


def _split(folded: str) -> Iterator[str]:
    for chunk in folded.translate(_WORD_CHARACTERS).split():
        if chunk.isascii():
            yield chunk
        else:
            for piece in _UNSPACED_RUN.split(chunk):
                yield from _pairs(piece) if _UNSPACED_RUN.match(piece) else ([piece] if piece else [])


def _pairs(run: str) -> list[str]:
    return [left + right for left, right in pairwise(run)] or [run]


def is_unspaced(text: str) -> bool:
    return bool(_UNSPACED_RUN.search(text))


@lru_cache(maxsize=50_000)
def readings(text: str) -> tuple[Words, ...]:
    """The words as they are written, then as readers may write all of them instead.

    Numbers in digits; German ae, oe and ue; Arabic without articles; Cyrillic and Greek in Latin letters.
    """
    main = words(text)
    others = [in_digits(main)]
    if not text.isascii():
        others += [
            words(text.lower().translate(_GERMANIC)),
            tuple(_without_arabic_article(word) for word in main),
            words(romanised(" ".join(main))),
        ]
    return tuple(dict.fromkeys((main, *others)))


def _without_arabic_article(word: str) -> str:
    return word.removeprefix(_ARABIC_ARTICLE) if len(word) > 4 else word


@lru_cache(maxsize=50_000)
def other_forms(text: str) -> frozenset[str]:
    """Further words under which a reader may look for this text.

    Pairs of words joined, initials joined, the parts around an apostrophe, single characters of unspaced scripts.
    """
    main = words(text)
    forms = {left + right for left, right in pairwise(main)} | set(_joined_initials(main))
    if "'" in fold(text):
        forms.update(_split(_plain(text).replace("'", " ")))
    if not text.isascii():
        forms = {form for form in forms if not is_unspaced(form)}
        forms.update(character for character in fold(text) if is_unspaced(character) and character.isalpha())
    return frozenset(forms.difference(main))


def _joined_initials(main: Iterable[str]) -> Iterator[str]:
    run = ""
    for word in (*main, ""):
        if len(word) == 1:
            run += word
            continue
        if len(run) > 2:
            yield run
        run = ""


def signs(text: str) -> str:
    """What a text without any letter or digit is found by."""
    return "".join(fold(text).split())


def without_article(title_words: Words) -> Words:
    return title_words[1:] if len(title_words) > 1 and title_words[0] in _ARTICLES else title_words


@lru_cache(maxsize=20_000)
def prefixes(word: str) -> tuple[str, ...]:
    """Every beginning of the word, the whole word included, up to LONGEST_PREFIX letters."""
    return tuple(word[:length] for length in range(1, min(len(word), LONGEST_PREFIX) + 1))


def can_be_misspelt(word: str) -> bool:
    return SHORTEST_MISSPELT <= len(word) <= LONGEST_MISSPELT and word.isalpha()


@lru_cache(maxsize=20_000)
def spellings(word: str) -> frozenset[str]:
    """Keys that the word shares with its misspellings: the word less any one letter, and its skeleton of consonants."""
    if not can_be_misspelt(word):
        return frozenset([word])
    shortened = {word[:place] + word[place + 1 :] for place in range(len(word))}
    return frozenset([word, *shortened, *_skeleton(word)])


def _skeleton(word: str) -> set[str]:
    for written, sounded in _SOUNDS:
        word = word.replace(written, sounded)
    bones = _REPEATED.sub(r"\1", _SILENT.sub("", word))
    return {f"%{bones}"} if len(bones) >= SHORTEST_SKELETON else set()


def isbn13(text: str) -> str:
    """The ISBN-13 that the text stands for, in any writing; empty when it is no ISBN."""
    compact = _compact_isbn(text)
    if not 7 <= len(compact) <= 13:
        return ""
    for candidate in (compact, compact.zfill(10)):  # spreadsheets lose leading zeros
        try:
            return isbn_numbers.validate(candidate, convert=True)
        except ValidationError:
            continue
    return ""


def isbn_beginnings(thirteen: str) -> tuple[str, ...]:
    """Beginnings of the number after its 978, which ISBN-10 and 13 have in common."""
    return tuple(thirteen[3 : 3 + length] for length in range(SHORTEST_ISBN_BEGINNING, 10))


def isbn_beginning(text: str) -> str:
    """What `isbn_beginnings` has of a number that may be a part of an ISBN typed so far; empty when it can't be."""
    compact = _compact_isbn(text)
    if not compact.isascii() or not compact.isdecimal() or len(compact) > 13:
        return ""
    begun = compact[3:] if compact[:3] in ("978", "979") else compact
    return begun[:9] if len(begun) >= SHORTEST_ISBN_BEGINNING else ""


def _compact_isbn(text: str) -> str:
    folded = fold(text).upper().removeprefix("URN:").strip()
    folded = re.sub(r"^ISBN(?:[\s-]*1[03](?!\d))?[\s:]*", "", folded)
    return re.sub(r"[\s\u2010-\u2015.-]", "", folded)
