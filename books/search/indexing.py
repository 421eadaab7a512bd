"""From a book's document to what the stores keep of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf.locale import LANG_INFO

from .analysis import (
    Words,
    isbn_beginnings,
    other_forms,
    prefixes,
    readings,
    signs,
    spellings,
    without_article,
    words,
)
from .documents import BookDocument, Named

# One more whenever a book is analysed otherwise than before: the stores need a rebuild then.
ANALYSIS_VERSION = 1
# The order of IndexedBook.fields.
FIELDS = ("title", "original_title", "authors", "series", "subtitle", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedBook:
    """Conditions look into `words`, `prefixes` and `spellings`; `words` also holds exact titles, ISBNs and filters."""

    book_id: int
    version: int
    words: list[str]
    prefixes: list[str]
    spellings: list[str]
    fields: list[str]
    facets: list[str]
    sort_title: str
    popularity: float
    year: int | None
    created_at: datetime
    document: dict[str, Any]


def analyse_book(book: BookDocument) -> IndexedBook:
    fields = [_field([text]) if text else "" for text in (book.title, book.original_title)]
    fields.append(_field([author.name for author in book.authors]))
    fields += [_field([book.series]), _field([book.subtitle])]
    fields.append(_field(_further(book)))
    main = {word for field in fields[:-1] for word in main_words(field)}
    every = {word for field in fields for word in field.split()} - {";", "|"}
    return IndexedBook(
        book_id=book.book_id,
        version=book.version,
        words=sorted(every | _title_keys(book) | _isbn_keys(book) | _filter_keys(book)),
        prefixes=sorted(every.union(*map(prefixes, main))),
        spellings=sorted(every.union(*map(spellings, main))),
        fields=fields,
        facets=_facets(book),
        sort_title=" ".join(without_article(words(book.title))),
        popularity=book.popularity,
        year=book.year,
        created_at=book.created_at,
        document=book.to_json(),
    )


def _field(texts: list[str]) -> str:
    """Every reading of each text, parted by " ; ", then after " | " the other forms of all."""
    main = " ; ".join(" ".join(reading) for text in texts for reading in readings(text))
    forms = sorted(set().union(*(other_forms(text) for text in texts)))
    return f"{main} | {' '.join(forms)}" if forms else main


def _further(book: BookDocument) -> list[str]:
    """What a reader may add to a title or look for alone: genres, publisher, year, language by its names, and other
    names of the authors."""
    texts = [entry.name for entry in (*book.genres, *_given(book.publisher))] + list(book.other_names)
    texts += [str(book.year)] if book.year is not None else []
    language = LANG_INFO.get(book.language, {})
    return texts + [language[name] for name in ("name", "name_local") if name in language]


def texts_of(field: str) -> list[Words]:
    """The readings that a field was made of."""
    return [tuple(text.split()) for text in field.partition(" | ")[0].split(" ; ")]


def main_words(field: str) -> list[str]:
    return field.partition(" | ")[0].replace(" ;", "").split()


def title_key(title: str) -> str:
    return _title_key(words(title)) if words(title) else f"={signs(title)}"


def _title_key(title_words: Words) -> str:
    """Joined, so that it is the same however the words are split."""
    return "=" + "".join(without_article(title_words))


def filter_key(kind: str, value: int | str) -> str:
    """A genre, an author or a publisher is found by id or, folded, by name."""
    return f"{kind}:{value}" if isinstance(value, int) else f"{kind}:{' '.join(words(value))}"


def _title_keys(book: BookDocument) -> set[str]:
    titles = [title for title in (book.title, book.original_title) if title]
    return {title_key(title) for title in titles} | {
        _title_key(reading) for title in titles for reading in readings(title) if reading
    }


def _isbn_keys(book: BookDocument) -> set[str]:
    return {f"isbn:{isbn}" for isbn in book.isbns} | {
        f"isbn~{begun}" for isbn in book.isbns for begun in isbn_beginnings(isbn)
    }


def _filter_keys(book: BookDocument) -> set[str]:
    named = [("genre", genre) for genre in book.genres] + [("author", author) for author in book.authors]
    named += [("publisher", publisher) for publisher in _given(book.publisher)]
    keys = {filter_key(kind, value) for kind, entry in named for value in entry}
    keys |= {filter_key("language", book.language)} if book.language else set()
    keys |= {filter_key("cover", book.cover)} if book.cover else set()
    return keys | {filter_key("status", book.status)}


def _facets(book: BookDocument) -> list[str]:
    """Each as kind:value:label."""
    facets = [f"genre:{genre.id}:{genre.name}" for genre in book.genres]
    facets += [f"author:{author.id}:{author.name}" for author in book.authors]
    facets += [f"language:{book.language}:{book.language}"] if book.language else []
    facets += [f"publisher:{publisher.id}:{publisher.name}" for publisher in _given(book.publisher)]
    if book.year is not None:
        decade = book.year // 10 * 10
        facets.append(f"decade:{decade}:{decade}")
    return [*facets, f"availability:{book.status}:{book.status}"]


def _given(publisher: Named | None) -> tuple[Named, ...]:
    return (publisher,) if publisher else ()
