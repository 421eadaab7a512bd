"""When two records without a common ISBN are one book, and when two names are one author, written however."""

from hashlib import blake2b
from itertools import groupby

from books.search.analysis import words


def match_key(title: str, first_author: str, year: int | None) -> str:
    """Compares without case, accents, punctuation and the way of spacing."""
    parts = (_folded(title), _folded(first_author), "" if year is None else str(year))
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def author_key(name: str) -> str:
    """The same for "J.R.R. Tolkien", "J. R. R. Tolkien" and "Tolkien, J. R. R."."""
    last, comma, first = name.partition(",")
    in_order = f"{first} {last}" if comma and "," not in first else name
    runs = groupby(words(in_order), key=lambda word: len(word) == 1)
    key = " ".join(("" if are_initials else " ").join(run) for are_initials, run in runs)
    return (key or name.strip().casefold())[:300]


def _folded(text: str) -> str:
    return " ".join(words(text)) or text.strip().casefold()
