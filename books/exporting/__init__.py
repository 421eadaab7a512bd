"""The whole catalogue as a file from which the import makes the same catalogue again.

reading → csv_file, or marcxml_file with marc. Withdrawn books stay behind, and so do copies that are lost or withdrawn.
"""

from collections.abc import Callable, Iterable, Iterator

from books.exporting.csv_file import csv_lines
from books.exporting.marcxml_file import marcxml_parts
from books.importing.record import Record

Write = Callable[[Iterable[tuple[int, Record]]], Iterator[bytes]]

FORMATS: dict[str, Write] = {"csv": csv_lines, "marcxml": marcxml_parts}
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "marcxml": "application/marcxml+xml"}
FILE_NAMES = {"csv": "catalogue.csv", "marcxml": "catalogue.xml"}
