"""Reading a file of a few bytes as the import does."""

from pathlib import Path

from books.importing.sources import Read, open_source


class Reader:
    def __init__(self, folder: Path) -> None:
        self._file = folder / "catalogue"

    def __call__(self, content: str | bytes, **wishes: object) -> list[Read]:
        self._file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with open_source(self._file, **wishes) as source:
            return list(source.records())

    def shown(self, content: str | bytes, **wishes: object) -> list[tuple[int, str, str]]:
        """Number, title and refusal of each."""
        return [(read.number, read.title, read.refusal) for read in self(content, **wishes)]
