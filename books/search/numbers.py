"""Numbers as readers write them: in words, in digits, in Roman numerals."""

import re

_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_UNRULY = {"first": "one", "second": "two", "third": "three", "fifth": "five", "ninth": "nine", "twelfth": "twelve"}
_ORDINALS = _UNRULY | {
    f"{word.removesuffix('y')}ieth" if word.endswith("y") else f"{word.removesuffix('t')}th": word
    for word in (*_ONES, *_TENS, *_SCALES)
    if word not in _UNRULY.values()
}
_NUMBER_WORDS = _ONES.keys() | _TENS.keys() | _SCALES.keys() | _ORDINALS.keys()
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
# Higher numbers than these hardly count parts and kings.
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10}


def in_digits(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with every number in digits: (catch, twenty, two) → (catch, 22), (henry, v) → (henry, 5)."""
    if _NUMBER_WORDS.isdisjoint(words) and not any(_is_roman(words, place) for place in range(len(words))):
        return words
    digits: list[str] = []
    place = 0
    while place < len(words):
        end = _end_of_number(words, place)
        if end > place:
            digits.append(_number(words[place:end]))
        else:
            end = place + 1
            digits.append(str(_roman(words[place])) if _is_roman(words, place) else words[place])
        place = end
    return tuple(digits)


def _end_of_number(words: tuple[str, ...], start: int) -> int:
    """An "and" belongs to it after a hundred or thousand; an ordinal ends it."""
    end = start
    while end < len(words):
        word = words[end]
        is_between = word == "and" and end > start and words[end - 1] in _SCALES and _continues(words, end + 1)
        if word not in _NUMBER_WORDS and not is_between:
            break
        if end > start and not is_between and not _fits(words[end - 1], _ORDINALS.get(word, word)):
            break
        end += 1
        if word in _ORDINALS:
            break
    return end


def _continues(words: tuple[str, ...], place: int) -> bool:
    return place < len(words) and words[place] in _NUMBER_WORDS and words[place] not in _SCALES


def _fits(before: str, word: str) -> bool:
    """Whether the two are of one number: "twenty two", "nineteen eighty", "three hundred", not "two three"."""
    if word in _SCALES or before in _SCALES or before == "and":
        return True
    if before in _TENS:
        return _ONES.get(word, 10) < 10
    return word in _TENS and _ONES.get(before, 0) >= 10


def _number(words: tuple[str, ...]) -> str:
    is_ordinal = words[-1] in _ORDINALS
    total = part = 0
    for word in (_ORDINALS.get(word, word) for word in words):
        if word in _SCALES:
            part = max(part, 1) * _SCALES[word]
            if _SCALES[word] > 100:
                total, part = total + part, 0
        elif word in _TENS and 10 <= part < 100:
            part = 100 * part + _TENS[word]  # nineteen eighty four
        else:
            part += _ONES.get(word, 0) or _TENS.get(word, 0)
    return f"{total + part}{_ordinal_ending(total + part) if is_ordinal else ''}"


def _ordinal_ending(number: int) -> str:
    return "th" if 10 < number % 100 < 20 else _ENDINGS.get(number % 10, "th")


def _is_roman(words: tuple[str, ...], place: int) -> bool:
    """The first word "I" is a person."""
    return bool(_ROMAN.fullmatch(words[place])) and (place > 0 or words[place] != "i")


def _roman(word: str) -> int:
    values = [_ROMAN_DIGITS[letter] for letter in word]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )
