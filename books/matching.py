"""When two records without a common ISBN are one book: same title, first author and year, written however."""

from hashlib import blake2b

from books.search.analysis import words


def match_key(title: str, first_author: str, year: int | None) -> str:
    """Compares without case, accents, punctuation and the way of spacing."""
    parts = (_folded(title), _folded(first_author), "" if year is None else str(year))
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _folded(text: str) -> str:
    return " ".join(words(text)) or text.strip().casefold()
