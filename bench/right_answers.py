"""Which books are right answers to a query made by rule: every edition will do."""

import re
import unicodedata
from collections.abc import Callable

from books.search.analysis import readings, without_article, words
from books.search.documents import BookDocument

Fits = Callable[[BookDocument], bool]
ARTICLE = re.compile(r"^(the|a|an|le|la|les|der|die|das|el|los|il) ", re.IGNORECASE)


def _titles(book: BookDocument) -> set[str]:
    full = [book.title, book.original_title, f"{book.title} {book.subtitle}"]
    return {"".join(without_article(reading)) for title in full for reading in readings(title) if reading}


def same_title(book: BookDocument, _text: str) -> Fits:
    """Every edition will do."""
    wanted = _titles(book)
    return lambda found: not wanted.isdisjoint(_titles(found))


def same_title_and_author(book: BookDocument, _text: str) -> Fits:
    wanted, writers = _titles(book), {author.id for author in book.authors}
    return lambda found: (
        not wanted.isdisjoint(_titles(found)) and not writers.isdisjoint({author.id for author in found.authors})
    )


def title_and_author_hold(book: BookDocument, text: str) -> Fits:
    typed = set(words(text))
    return lambda found: typed <= set(words(" ".join([found.title, *(author.name for author in found.authors)])))


def begins_so(_book: BookDocument, text: str) -> Fits:
    typed = " ".join(words(text))

    def fits(found: BookDocument) -> bool:
        texts = [found.title, found.original_title, f"{found.title} {found.subtitle}", found.series]
        return any(
            " ".join(words(start)).startswith(typed) for full in texts for start in (full, ARTICLE.sub("", full))
        )

    return fits


def title_holds(_book: BookDocument, text: str) -> Fits:
    typed = unicodedata.normalize("NFKC", text)
    return lambda found: typed in unicodedata.normalize("NFKC", f"{found.title} {found.original_title}")


def by_author(book: BookDocument, _text: str) -> Fits:
    writer = book.authors[0]
    return lambda found: writer in found.authors


def in_series(book: BookDocument, _text: str) -> Fits:
    wanted = set(words(book.series))
    return lambda found: wanted <= set(words(found.series))


def only(book: BookDocument, _text: str) -> Fits:
    return lambda found: found.book_id == book.book_id
