"""Mending one cell at a time. What can't be kept is left out and said so to `warn`; nothing here stops a record."""

from books.importing.cleaning.identifiers import barcodes, isbns, web_address
from books.importing.cleaning.languages import language
from books.importing.cleaning.names import contributors, in_natural_order, people, publisher_name, subjects
from books.importing.cleaning.numbers import (
    MOST_COPIES,
    copies,
    daily_fee,
    extent,
    pages,
    price,
    rating,
    ratings_count,
    without_thousands,
    year,
)
from books.importing.cleaning.text import (
    cover,
    fitting,
    one_line,
    paragraphs,
    title_and_series,
    title_and_subtitle,
    without_full_stop,
)

__all__ = [
    "MOST_COPIES",
    "barcodes",
    "contributors",
    "copies",
    "cover",
    "daily_fee",
    "extent",
    "fitting",
    "in_natural_order",
    "isbns",
    "language",
    "one_line",
    "pages",
    "paragraphs",
    "people",
    "price",
    "publisher_name",
    "rating",
    "ratings_count",
    "subjects",
    "title_and_series",
    "title_and_subtitle",
    "web_address",
    "without_full_stop",
    "without_thousands",
    "year",
]
