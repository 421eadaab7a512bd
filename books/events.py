"""What happens in the catalogue, as others hear of it."""

from dataclasses import dataclass
from typing import ClassVar

from library_portal.outbox import Event


@dataclass(frozen=True)
class BookCreated(Event):
    book_id: int
    name: ClassVar[str] = "book.created"


@dataclass(frozen=True)
class BookUpdated(Event):
    book_id: int
    version: int
    name: ClassVar[str] = "book.updated"


@dataclass(frozen=True)
class BookDeleted(Event):
    """Readers no longer find the book; `withdrawn` when its history is kept."""

    book_id: int
    withdrawn: bool
    name: ClassVar[str] = "book.deleted"


@dataclass(frozen=True)
class BookAvailabilityChanged(Event):
    """A newcomer's chances may have changed; `free_copies` are those on the shelf of a book that is lent."""

    book_id: int
    free_copies: int
    waiting: int
    name: ClassVar[str] = "book.availability_changed"
