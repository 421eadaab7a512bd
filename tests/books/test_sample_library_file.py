"""The sample library that a first start loads: real books, typed up with care, and kept that way."""

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum import isbn

SAMPLE_LIBRARY = Path(__file__).parents[2] / "books" / "sample" / "sample_library.csv"

HEADER = "title,subtitle,series,authors,publisher,year,isbn,language,genres,pages,cover,price,description,copies"

GENRES = {
    "Art", "Biography", "Children", "Classics", "Computing", "Cooking", "Drama", "Economics",
    "Fantasy", "Fiction", "Graphic Novels", "History", "Horror", "Mathematics", "Mystery", "Nature",
    "Philosophy", "Poetry", "Romance", "Science", "Science Fiction", "Travel", "Young Adult",
}  # fmt: skip

LANGUAGES = {
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "fa", "fr", "hi", "hu", "id",
    "it", "ja", "ko", "no", "pl", "pt", "ro", "ru", "sr", "sv", "tr", "uk", "zh",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    with SAMPLE_LIBRARY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def offenders(rows, is_right):
    return [row["title"] for row in rows if not is_right(row)]


def repeated(keys):
    return [key for key, times in Counter(keys).items() if times > 1]


def test_the_file_is_plain_utf8_with_unix_line_ends():
    content = SAMPLE_LIBRARY.read_bytes()

    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.decode("utf-8").endswith("\n")


def test_every_row_has_exactly_the_agreed_columns(rows):
    assert list(rows[0]) == HEADER.split(",")
    # DictReader files surplus cells under None and fills missing ones with None.
    assert offenders(rows, lambda row: None not in row and None not in row.values()) == []


def test_there_are_enough_books_to_try_the_portal_with(rows):
    assert len(rows) >= 200


def test_cells_carry_no_space_at_their_edges(rows):
    assert offenders(rows, lambda row: all(cell == cell.strip() for cell in row.values())) == []


def test_most_books_have_an_isbn(rows):
    assert sum(1 for row in rows if row["isbn"]) >= 180


def test_every_isbn_is_thirteen_valid_digits(rows):
    def is_right(row):
        return re.fullmatch(r"97[89]\d{10}", row["isbn"]) is not None and isbn.is_valid(row["isbn"])

    assert offenders([row for row in rows if row["isbn"]], is_right) == []


def test_no_isbn_is_used_twice(rows):
    assert repeated(row["isbn"] for row in rows if row["isbn"]) == []


def test_no_title_occurs_twice_for_the_same_authors(rows):
    assert repeated((row["title"].casefold(), row["authors"].casefold()) for row in rows) == []


def test_every_book_has_a_title_a_publisher_and_different_authors(rows):
    def is_right(row):
        authors = row["authors"].split("; ")
        return bool(row["title"] and row["publisher"] and all(authors)) and not repeated(authors)

    assert offenders(rows, is_right) == []


def test_a_series_is_empty_or_a_name_with_a_number(rows):
    assert offenders(rows, lambda row: re.fullmatch(r"|.+ #[1-9]\d*", row["series"]) is not None) == []


def test_the_year_lies_between_gilgamesh_and_the_year_of_typing(rows):
    assert offenders(rows, lambda row: -2100 <= int(row["year"]) <= 2026 and int(row["year"]) != 0) == []


def test_languages_are_known_two_letter_codes(rows):
    assert {row["language"] for row in rows} == LANGUAGES


def test_every_book_has_one_to_three_different_genres_from_the_list(rows):
    def is_right(row):
        genres = row["genres"].split("; ")
        return 1 <= len(genres) <= 3 and set(genres) <= GENRES and not repeated(genres)

    assert offenders(rows, is_right) == []


def test_no_genre_of_the_list_is_without_a_book(rows):
    assert GENRES - {genre for row in rows for genre in row["genres"].split("; ")} == set()


def test_covers_are_hard_or_soft(rows):
    assert {row["cover"] for row in rows} == {"hard", "soft"}


def test_pages_are_empty_or_a_plausible_count(rows):
    assert offenders(rows, lambda row: not row["pages"] or 30 <= int(row["pages"]) <= 2000) == []


def test_prices_have_two_decimals_and_stay_below_a_hundred(rows):
    def is_right(row):
        return re.fullmatch(r"\d+\.\d\d", row["price"]) is not None and 0 < Decimal(row["price"]) < 100

    assert offenders(rows, is_right) == []


def test_descriptions_are_one_line_of_60_to_160_characters(rows):
    def is_right(row):
        return 60 <= len(row["description"]) <= 160 and len(row["description"].splitlines()) == 1

    assert offenders(rows, is_right) == []


def test_no_two_books_share_a_description(rows):
    assert repeated(row["description"] for row in rows) == []


def test_every_book_has_one_to_four_copies(rows):
    assert offenders(rows, lambda row: row["copies"] in {"1", "2", "3", "4"}) == []
