"""Cyrillic and Greek in the Latin letters that readers without such a keyboard type."""

_CYRILLIC = {
    **dict(zip("абвгдезиклмнопрстуфыэ", "abvgdeziklmnoprstufye", strict=True)),
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
    "і": "i", "є": "ye", "ґ": "g", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ў": "u",
}  # fmt: skip
_GREEK = {
    **dict(zip("αβγδεζηικλμνξοπρστφω", "avgdeziiklmnxoprstfo", strict=True)),
    "θ": "th", "υ": "y", "χ": "ch", "ψ": "ps",
}  # fmt: skip
_PAIRS = (("ου", "ou"), ("αυ", "au"), ("ευ", "eu"), ("γγ", "ng"), ("γκ", "gk"))
_LETTERS = str.maketrans(_CYRILLIC | _GREEK)


def romanised(folded: str) -> str:
    """Other letters stay as they are. Expects folded text (no accents: й is и, ё is е)."""
    for pair, latin in _PAIRS:
        folded = folded.replace(pair, latin)
    return folded.translate(_LETTERS)
