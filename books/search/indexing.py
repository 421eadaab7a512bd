"""From a book's document to what the stores keep of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .analysis import isbn_forms, other_forms, prefixes, spellings, without_article, words
from .documents import BookDocument, Named

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
    fields.append(_field([entry.name for entry in (*book.genres, *_given(book.publisher))]))
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
    """The words of each text in order, texts parted by " ; ", then after " | " the other forms of all."""
    main = " ; ".join(" ".join(words(text)) for text in texts)
    forms = sorted(set().union(*(other_forms(text) for text in texts)))
    return f"{main} | {' '.join(forms)}" if forms else main


def main_words(field: str) -> list[str]:
    return field.partition(" | ")[0].replace(" ;", "").split()


def title_key(title_words: tuple[str, ...]) -> str:
    return "=" + " ".join(without_article(title_words))


def filter_key(kind: str, value: int | str) -> str:
    """A genre, an author or a publisher is found by id or, folded, by name."""
    return f"{kind}:{value}" if isinstance(value, int) else f"{kind}:{' '.join(words(value))}"


def _title_keys(book: BookDocument) -> set[str]:
    return {title_key(words(title)) for title in (book.title, book.original_title) if title}


def _isbn_keys(book: BookDocument) -> set[str]:
    return {f"isbn:{form}" for isbn in book.isbns for form in isbn_forms(isbn)}


def _filter_keys(book: BookDocument) -> set[str]:
    named = [("genre", genre) for genre in book.genres] + [("author", author) for author in book.authors]
    named += [("publisher", publisher) for publisher in _given(book.publisher)]
    keys = {filter_key(kind, value) for kind, entry in named for value in entry}
    keys |= {filter_key("language", book.language)} if book.language else set()
    keys |= {filter_key("cover", book.cover)} if book.cover else set()
    return keys | ({"lendable:yes"} if book.is_lendable else {"lendable:no"})


def _facets(book: BookDocument) -> list[str]:
    """Each as kind:value:label."""
    facets = [f"genre:{genre.id}:{genre.name}" for genre in book.genres]
    facets += [f"author:{author.id}:{author.name}" for author in book.authors]
    facets += [f"language:{book.language}:{book.language}"] if book.language else []
    if book.year is not None:
        decade = book.year // 10 * 10
        facets.append(f"decade:{decade}:{decade}")
    return facets


def _given(publisher: Named | None) -> tuple[Named, ...]:
    return (publisher,) if publisher else ()
