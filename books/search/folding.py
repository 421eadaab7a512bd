"""What counts as the same letter: case, marks, letter forms and widths are folded away before anything is compared."""

import unicodedata

# Letters that Unicode does not take apart although readers type them without the stroke, hook or ligature.
_LETTERS = {
    **dict(zip("łøđðħıŋĸŧəɨƀɓɗƙƴґ", "loddhinkteibbdkyг", strict=True)),
    **dict(zip("ٱىةکیېےہەھ", "ايهكيييههه", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "&": " and ",
    "ـ": "",  # the Arabic tatweel only stretches a word
    "ء": "",
    "ー": "",  # long kana vowels are written with and without it
}
# Marks of the writing systems where a mark decorates a letter. Others (Indic vowels, Thai tones) spell the word.
_MARK_RANGES = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
_KATAKANA = range(0x30A1, 0x30F7)
_KATAKANA_TO_HIRAGANA = -0x60


class _FoldedCharacters(dict[int, str]):
    """A translation table that works out each character once, when it first meets it."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded_character(chr(code))
        return folded


def _folded_character(character: str) -> str:
    code = ord(character)
    if character in _LETTERS:
        return _LETTERS[character]
    category = unicodedata.category(character)
    if category == "Cf" or any(first <= code <= last for first, last in _MARK_RANGES):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    if code in _KATAKANA:
        return chr(code + _KATAKANA_TO_HIRAGANA)
    return character


_FOLDED = _FoldedCharacters()


def fold(text: str) -> str:
    """The text as it is compared: no case, marks, ligatures, widths or letter forms; punctuation stays."""
    if text.isascii():
        return text.lower().replace("&", " and ").replace("`", "'")
    apart = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    return unicodedata.normalize("NFC", apart.translate(_FOLDED))


# NFKD would turn some of these into a space and an accent.
_APOSTROPHES = str.maketrans(dict.fromkeys("´`ʹʼ’‘ʻʿʾ′״׳＇", "'"))
