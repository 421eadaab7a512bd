"""The members of a JSON file one after the other, however large: of an array, of an object, or a line each."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

CHUNK = 65_536
# What is longer is no record: the file is broken there.
LONGEST_MEMBER = 4_000_000
# Python turns no more than 4,300 digits into a number; what has more than these is none of a book.
_MOST_DIGITS = 40
_OF_OBJECTS = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{')
_KEY = re.compile(r'[\s,]*"((?:[^"\\]|\\.)*)"\s*:\s*')
_BETWEEN = re.compile(r"[\s,]*")


class Member(NamedTuple):
    """`key` is that of an object's member; `problem` says why it can't be read."""

    key: str
    value: Any
    original: str
    problem: str = ""


class JsonMembers:
    """What is broken ends the file, for where the next record begins can't be told; a broken line is one record."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._read = codecs.getreader("utf-8-sig")(file, errors="replace").read
        self._decoder = json.JSONDecoder(strict=False, parse_int=_whole)
        self._text, self._at = "", 0
        self._more()

    def __iter__(self) -> Iterator[Member]:
        opening = self._text.lstrip()[:1]
        self.is_object = bool(_OF_OBJECTS.match(self._text))
        if opening != "[" and not self.is_object:
            return self._lines()
        self._at = self._text.index(opening) + 1
        return self._members("]" if opening == "[" else "}")

    def _members(self, end: str) -> Iterator[Member]:
        while self._skip(_BETWEEN) and self._text[self._at] != end:
            try:
                yield self._member()
            except (json.JSONDecodeError, RecursionError) as error:
                yield Member("", None, self._text[self._at : self._at + CHUNK], str(error))
                return

    def _member(self) -> Member:
        """Reads on until the member is whole. Raises JSONDecodeError, RecursionError."""
        while True:
            try:
                return self._whole_member()
            except json.JSONDecodeError:
                if len(self._text) - self._at > LONGEST_MEMBER or not self._more():
                    raise

    def _whole_member(self) -> Member:
        match = _KEY.match(self._text, self._at) if self.is_object else None
        value, end = self._decoder.raw_decode(self._text, match.end() if match else self._at)
        member = Member(json.loads(f'"{match[1]}"') if match else "", value, self._text[self._at : end])
        self._at = end
        return member

    def _lines(self) -> Iterator[Member]:
        while self._skip(_BETWEEN):
            line = self._line()
            try:
                yield Member("", self._decoder.decode(line), line)
            except (json.JSONDecodeError, RecursionError) as error:
                yield Member("", None, line[:CHUNK], str(error))

    def _line(self) -> str:
        while (end := self._text.find("\n", self._at)) < 0 and len(self._text) - self._at < LONGEST_MEMBER:
            if not self._more():
                break
        began, self._at = self._at, len(self._text) if end < 0 else end
        return self._text[began : self._at]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Whether anything follows what the pattern skips."""
        while True:
            self._at = pattern.match(self._text, self._at).end()  # type: ignore[union-attr] # it matches nothing, too
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def _more(self) -> bool:
        """Twice what is waiting, so that a long member is not tried too often."""
        self._text = self._text[self._at :]
        self._at = 0
        read = self._read(max(CHUNK, len(self._text)))
        self._text += read
        return bool(read)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits
