"""What the index knows of a book: one self-sufficient document, enough to show a hit without asking the catalogue."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple


class Named(NamedTuple):
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookDocument:
    """`version` is the id of the event that produced the document: an older one never overwrites a newer one.

    `other_names` are those of the authors; `cover_picture` is the hash of the book's own picture, or empty;
    `isbns` are ISBN-13s without hyphens; `popularity` is loans + ln(1 + ratings); `cover` is "hard", "soft" or "";
    `status` is the book's public one.
    """

    book_id: int
    version: int
    title: str
    created_at: datetime
    original_title: str = ""
    subtitle: str = ""
    series: str = ""
    authors: tuple[Named, ...] = ()
    other_names: tuple[str, ...] = ()
    genres: tuple[Named, ...] = ()
    publisher: Named | None = None
    language: str = ""
    year: int | None = None
    isbns: tuple[str, ...] = ()
    cover: str = ""
    cover_url: str = ""
    cover_picture: str = ""
    pages: int | None = None
    rating: Decimal | None = None
    ratings_count: int = 0
    popularity: float = 0.0
    status: str = "unavailable"

    def to_json(self) -> dict[str, Any]:
        return {field: getattr(self, field) for field in self.__slots__} | {
            "created_at": self.created_at.isoformat(),
            "rating": None if self.rating is None else str(self.rating),
            "authors": [author._asdict() for author in self.authors],
            "genres": [genre._asdict() for genre in self.genres],
            "publisher": self.publisher._asdict() if self.publisher else None,
            "isbns": list(self.isbns),
            "other_names": list(self.other_names),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "BookDocument":
        return cls(
            **stored
            | {
                "created_at": datetime.fromisoformat(stored["created_at"]),
                "rating": None if stored["rating"] is None else Decimal(stored["rating"]),
                "authors": _named(stored["authors"]),
                "genres": _named(stored["genres"]),
                "publisher": Named(**stored["publisher"]) if stored["publisher"] else None,
                "isbns": tuple(stored["isbns"]),
                "other_names": tuple(stored.get("other_names", ())),
            }
        )


def _named(entries: list[dict[str, Any]]) -> tuple[Named, ...]:
    return tuple(Named(**entry) for entry in entries)
