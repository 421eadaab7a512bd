"""What every kind of file offers to the import: its records one after the other, and how far it is."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, ClassVar, NamedTuple, Self

from django.utils.translation import gettext_lazy as _

from books.importing.record import Record
from library_portal.errors import PortalError


class UnknownFile(PortalError):
    """The file as a whole can't be imported: no profile fits it, it is empty, it is of a kind we refuse by name."""

    title = _("This file can't be imported.")


class Read(NamedTuple):
    """One record of a file; `number` is its line in a CSV file, else its place, from 1.

    `record` is None where it was refused, or, with `is_book` false, skipped; `refusal` then says why. `changes` say
    what was left out or mended on the way in. `original` is the record as the file has it.
    """

    number: int
    title: str
    record: Record | None = None
    changes: list[str] = []
    refusal: str = ""
    is_book: bool = True
    original: bytes = b""


class Around(NamedTuple):
    """What makes a file of `Read.original`s: a header, an XML root, a comma."""

    before: bytes = b""
    between: bytes = b""
    after: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How to read a file where it does not say so itself.

    `columns` maps our fields to a CSV file's columns. `companions` are files that know more of the same books, by what
    they are: "genres_from", "tag_names".
    """

    profile: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    companions: Mapping[str, Path] = field(default_factory=dict)


class Source(ABC):
    """An open file; closed as a context manager. `profile` says how its records are understood."""

    format: ClassVar[str]
    profile: str
    around = Around()

    def __init__(self, file: BinaryIO, wishes: Wishes) -> None:
        """`file` stands at its beginning. Raises UnknownFile."""
        self.file = file
        self.wishes = wishes
        self._size = file.seek(0, SEEK_END)
        file.seek(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.file.close()

    @classmethod
    @abstractmethod
    def looks_like(cls, start: bytes) -> bool:
        """Whether a file that starts so is of this kind; `start` has up to 64 KiB."""

    @abstractmethod
    def records(self, skip: int = 0) -> Iterator[Read]:
        """Every record of the file once, in its order, without the first `skip`."""

    @property
    def share_done(self) -> float:
        """How much of the file was read, from 0 to 1."""
        return self.file.tell() / self._size if self._size else 1.0
