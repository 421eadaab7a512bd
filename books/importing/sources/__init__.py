"""Catalogue files of every kind, read record by record: `open_source` knows which kind a file is.

A new kind is a module with a subclass of `Source` and its name in `opening.KINDS`.
"""

from books.importing.sources.opening import open_source
from books.importing.sources.source import Around, Read, Source, UnknownFile, Wishes

__all__ = ["Around", "Read", "Source", "UnknownFile", "Wishes", "open_source"]
