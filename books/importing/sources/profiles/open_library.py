"""Books as Open Library's API describes them (`jscmd=data`), by ISBN or in a list."""

from collections.abc import Iterator, Mapping
from typing import Any

from books.importing import cleaning
from books.importing.record import Contributor, Record, Warn
from books.importing.sources.profiles.noisebridge import is_subject, person
from books.importing.sources.profiles.profile import title_of

Answer = Mapping[str, Any]
NAME = "open_library"


def fits(answer: object) -> bool:
    return isinstance(answer, dict) and "title" in answer and bool(answer.keys() & {"key", "identifiers", "authors"})


def from_open_library(key: str, answer: Answer, warn: Warn) -> Record:
    """`key` is what was asked for: "ISBN:9780596520106". Raises RefusedRow."""
    return Record(
        title=cleaning.fitting(cleaning.without_full_stop(title_of(_text(answer.get("title")))), "title", warn),
        subtitle=cleaning.fitting(cleaning.without_full_stop(_text(answer.get("subtitle"))), "subtitle", warn),
        authors=cleaning.contributors(_people(answer), warn),
        publisher=cleaning.publisher_name(next(_names(answer, "publishers"), ""), warn),
        year=cleaning.year(_text(answer.get("publish_date")).strip("u"), warn),
        pages=cleaning.extent(_text(answer.get("number_of_pages")) or _text(answer.get("pagination")), warn),
        isbns=cleaning.isbns(" ; ".join(_isbns(key, answer)), warn),
        genres=cleaning.subjects("\n".join(filter(is_subject, _names(answer, "subjects"))), "\n", warn),
        description=cleaning.paragraphs("\n".join(_told(answer))),
        cover_url=cleaning.web_address(_cover(answer), warn),
    )


def _text(value: object) -> str:
    """Some texts are objects: {"type": "/type/text", "value": "..."}."""
    told = value.get("value") if isinstance(value, dict) else value
    return "" if told is None or isinstance(told, list | dict) else str(told)


def _each(answer: Answer, field: str) -> list[Any]:
    values = answer.get(field)
    return values if isinstance(values, list) else []


def _names(answer: Answer, field: str) -> Iterator[str]:
    for thing in _each(answer, field):
        if name := _text(thing.get("name") if isinstance(thing, dict) else thing).strip():
            yield name


def _people(answer: Answer) -> list[Contributor]:
    return [person(name) for name in _names(answer, "authors")]


def _isbns(key: str, answer: Answer) -> Iterator[str]:
    """The one that was asked for comes first."""
    prefix, _colon, number = key.partition(":")
    if prefix.upper() == "ISBN":
        yield number
    identifiers = answer.get("identifiers")
    for place in (identifiers if isinstance(identifiers, dict) else {}, answer):
        for field in ("isbn_13", "isbn_10"):
            yield from map(_text, _each(place, field))


def _told(answer: Answer) -> Iterator[str]:
    """Excerpts are the book's own words: one is enough."""
    yield _text(answer.get("description"))
    excerpts = (_text(excerpt.get("text")) for excerpt in _each(answer, "excerpts") if isinstance(excerpt, dict))
    yield next(excerpts, "")
    yield _text(answer.get("notes"))


def _cover(answer: Answer) -> str:
    cover = answer.get("cover")
    return _text(cover.get("large") or cover.get("medium")) if isinstance(cover, dict) else ""
