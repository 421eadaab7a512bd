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


@dataclass(frozen=True)
class AuthorsMerged(Event):
    """These authors are one: whatever named one of `merged_ids` means `author_id` from now on."""

    author_id: int
    merged_ids: list[int]
    name: ClassVar[str] = "author.merged"


@dataclass(frozen=True)
class BookCoverWanted(Event):
    """Somebody has just named a picture on a host that pictures are fetched from; imports leave it to the clock."""

    book_id: int
    name: ClassVar[str] = "book.cover_wanted"


@dataclass(frozen=True)
class ImportFinished(Event):
    """All books of the import are in the catalogue: followers of its authors are told by this, not book by book."""

    job_id: int
    name: ClassVar[str] = "import.finished"


@dataclass(frozen=True)
class ImportRequested(Event):
    """A catalogue file was uploaded and is to be read."""

    job_id: int
    name: ClassVar[str] = "import.requested"


@dataclass(frozen=True)
class ImportContinued(Event):
    """A slice of the file was read; there is more."""

    job_id: int
    name: ClassVar[str] = "import.continued"


@dataclass(frozen=True)
class BooksImported(Event):
    """An import wrote these books, or took them back: one event for the portal's own handlers, for many books."""

    job_id: int
    book_ids: list[int]
    name: ClassVar[str] = "import.books_written"


@dataclass(frozen=True)
class ImportReverted(Event):
    job_id: int
    name: ClassVar[str] = "import.reverted"
