"""A catalogue of any size grown out of a real one: its words, authors and popularity in ever new combinations."""

import csv
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from books.matching import author_key

GENRES = (
    "Adventure", "Art", "Biography", "Business", "Children", "Classics", "Comics", "Cookery", "Crime", "Drama",
    "Fantasy", "History", "Horror", "Humour", "Music", "Philosophy", "Poetry", "Religion", "Romance", "Science",
    "Science Fiction", "Sport", "Thriller", "Travel", "Young Adult",
)  # fmt: skip
PUBLISHERS = 200
LANGUAGES = {"eng": "en", "en-US": "en", "en-GB": "en", "en-CA": "en", "fre": "fr", "ger": "de", "spa": "es"}
_SERIES = re.compile(r"\s*\((.*?),? #[\d.-]+\)$")


class Seed(NamedTuple):
    """A book of the real catalogue."""

    title: str
    series: str
    authors: tuple[str, ...]
    language: str
    year: int | None
    ratings: int


def read_seeds(file: Path) -> list[Seed]:
    """The books of goodbooks10k_books.csv."""
    with file.open(encoding="utf-8", newline="") as rows:
        return [_seed(row) for row in csv.DictReader(rows)]


def _seed(row: dict[str, str]) -> Seed:
    series = _SERIES.search(row["title"])
    names = dict.fromkeys(" ".join(name.split()) for name in row["authors"].split(","))
    year = row["original_publication_year"]
    return Seed(
        title=_SERIES.sub("", row["title"]).strip(),
        series=series[1] if series else "",
        authors=tuple(name for name in names if name)[:6],
        language=LANGUAGES.get(row["language_code"], row["language_code"][:2]),
        year=int(float(year)) if year else None,
        ratings=int(row["ratings_count"]),
    )


def variant(seeds: list[Seed], number: int) -> Seed:
    """The first round are the real books; each later one mixes the words of two titles and the names of two authors."""
    seed = seeds[number % len(seeds)]
    if number < len(seeds):
        return seed
    chance = random.Random(number)
    other = chance.choice(seeds)
    words = seed.title.split()
    words[chance.randrange(len(words))] = chance.choice(other.title.split())
    first, last = seed.authors[0].split()[:-1] or ["Ann"], other.authors[0].split()[-1]
    year = None if seed.year is None else max(-2000, seed.year - chance.randrange(60))
    return Seed(" ".join(words), seed.series, (" ".join([*first, last]),), seed.language, year, seed.ratings // 9)


def grow(seeds: list[Seed], *, start: int, stop: int) -> None:
    """Enters books number `start` to `stop` straight into the tables: nine in ten have copies, one in seven is out."""
    _copy("books_genre", ("id", "name"), enumerate(GENRES, 1) if not start else ())
    _copy("books_publisher", ("id", "name"), ((n, f"Publisher {n}") for n in range(1, PUBLISHERS + 1) if not start))
    known = _authors()
    wanted = [(number + 1, variant(seeds, number)) for number in range(start, stop)]
    fresh = {name for _id, seed in wanted for name in seed.authors} - known.keys()
    ids = {name: place for place, name in enumerate(sorted(fresh), len(known) + 1)}
    new = ((place, name, author_key(name), "", "", "", 1) for name, place in ids.items())
    _copy("books_author", ("id", "name", "match_key", "biography", "city", "goodreads_url", "version"), new)
    _copy("books_book", tuple(_book(*wanted[0])), (tuple(_book(*one).values()) for one in wanted))
    _copy("books_authorship", ("book_id", "author_id", "position", "role"), _authorships(wanted, known | ids))
    _copy(
        "books_book_genres", ("book_id", "genre_id"), ((book_id, g) for book_id, _s in wanted for g in _genres(book_id))
    )
    _copy("books_copy", ("book_id", "barcode", "status", "reason"), _copies(book_id for book_id, _seed in wanted))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _authors() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id FROM books_author")
        return dict(cursor.fetchall())


def _book(book_id: int, seed: Seed) -> dict[str, Any]:
    empty = ("original_title", "subtitle", "cover_url", "cover_picture", "description", "match_key")
    return dict.fromkeys(empty, "") | {
        "id": book_id,
        "title": seed.title[:500],
        "series": seed.series[:300],
        "publisher_id": book_id % PUBLISHERS + 1,
        "language": seed.language,
        "year": seed.year,
        "cover": ("hard", "soft", "")[book_id % 3],
        "daily_fee": "0.10",
        "ratings_count": seed.ratings,
        "loans_count": 0,
        "waiting_count": 0,
        "is_lendable": True,
        "version": 1,
    }


def _authorships(wanted: list[tuple[int, Seed]], ids: dict[str, int]) -> Iterator[tuple[int, int, int, str]]:
    for book_id, seed in wanted:
        for position, name in enumerate(seed.authors):
            yield book_id, ids[name], position, ""


def _genres(book_id: int) -> set[int]:
    chance = random.Random(book_id)
    return {chance.randint(1, len(GENRES)), min(chance.randint(1, len(GENRES)) for _ in range(3))}


def _copies(book_ids: Iterable[int]) -> Iterator[tuple[int, str, str, str]]:
    for book_id in book_ids:
        if book_id % 10:
            yield book_id, f"C{book_id:08}", "available" if book_id % 7 else "on_loan", ""


def _copy(table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
