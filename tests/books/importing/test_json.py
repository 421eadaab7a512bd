"""Open Library's answers as JSON: by key, as a list, a line each; whole or broken."""

import json

import pytest

from books.importing.record import Contributor, Record
from books.importing.sources import UnknownFile, open_source
from books.importing.sources.json_members import CHUNK
from tests.books.importing.csv_reading import Reader

BOOK = {
    "title": "Learning Pearls.",
    "subtitle": "a guide",
    "authors": [{"name": "Lee, Ann"}, {"name": "Bo Cy"}],
    "publishers": [{"name": "Ink"}],
    "publish_date": "March 25, 2008",
    "pagination": "xviii, 328 p. :",
    "identifiers": {"isbn_13": ["9780061120084"], "isbn_10": ["0439023483", "0439023484"]},
    "subjects": [{"name": "Pearls"}, {"name": "Protected DAISY"}],
    "excerpts": [{"text": "Once."}, {"text": "Twice."}],
    "notes": {"value": "Includes index."},
    "cover": {"large": "https://covers.example/1-L.jpg"},
}


@pytest.fixture
def read(tmp_path):
    return Reader(tmp_path)


def test_an_answer_in_full(read):
    [one] = read(json.dumps({"ISBN:0439023483": BOOK}))

    assert one.record == Record(
        title="Learning Pearls", subtitle="a guide", authors=(Contributor("Ann Lee"), Contributor("Bo Cy")),
        publisher="Ink", year=2008, pages=328, isbns=("9780439023481", "9780061120084"), genres=("Pearls",),
        description="Once.\nIncludes index.", cover_url="https://covers.example/1-L.jpg",
    )  # fmt: skip
    assert one.changes == ["The ISBN “0439023484” has a wrong check digit. It was not stored."]


@pytest.mark.parametrize(
    "write",
    [
        lambda books: json.dumps({f"ISBN:{number}": book for number, book in enumerate(books)}),
        lambda books: json.dumps(books),
        lambda books: "\ufeff" + json.dumps(books, indent=2),
        lambda books: "\n".join(map(json.dumps, books)),
        lambda books: "\r\n".join(map(json.dumps, books)) + "\r\n",
    ],
)
def test_every_way_of_writing_many_is_read_piece_by_piece(read, write):
    books = [{"title": f"Book {number}", "key": "k", "notes": "x" * (CHUNK // 7)} for number in range(40)]

    shown = read.shown(write(books))

    assert shown == [(number + 1, f"Book {number}", "") for number in range(40)]


def test_a_broken_line_costs_itself_and_a_broken_list_its_rest(read):
    line = json.dumps(BOOK)

    assert [bool(read_one.refusal) for read_one in read(f"{line}\n{{broken\n[1]\n{line}\n")] == [
        False,
        True,
        True,
        False,
    ]
    assert [bool(read_one.refusal) for read_one in read(f"[{line}, {line}, {{broken, {line}]")] == [False, False, True]


def test_a_record_without_a_title_is_refused_as_it_came(read):
    _one, other = read('[{"title": "A", "key": "1"}, {"title": " ", "key": "2"}]')

    assert (other.refusal, other.original) == ("The row has no title.", b'{"title": " ", "key": "2"}')


@pytest.mark.parametrize("content", ["[]", "{}", '{"a": 1}', '[{"name": "no book"}]', "[1, 2]"])
def test_other_json_is_refused_as_a_whole(read, content):
    with pytest.raises(UnknownFile):
        read(content)


def test_the_real_answers_about_a_hackerspaces_shelf(shared_data):
    with open_source(shared_data / "csv" / "noisebridge_openlibrary_responses.json") as source:
        reads = list(source.records())
    records = [one.record for one in reads]

    assert (source.format, source.profile, len(records), None in records) == ("json", "open_library", 1_491, False)
    assert {one.title: one.changes for one in reads if one.changes} == {
        "Awakening the buddhist heart": ["The ISBN “0767902779” has a wrong check digit. It was not stored."],
        "Tuesdays with Morrie": ["“978038548510” is not an ISBN. It was not stored."],
    }
    missing = {name: sum(not getattr(record, name) for record in records) for name in ("authors", "publisher", "year")}
    assert missing == {"authors": 265, "publisher": 6, "year": 19}
    assert sum(len(record.isbns) for record in records) == 1_738


def test_nesting_without_end_is_broken_and_an_endless_number_is_left_out(read):
    deep = "[" * 100_000

    [nested] = read(f'[{{"title": {deep}')
    [counted] = read(f'[{{"title": "Emma", "key": "/books/1", "number_of_pages": {"9" * 5_000}}}]')

    assert nested.refusal.startswith("The record can't be read: ")
    assert (counted.record.title, counted.record.pages) == ("Emma", None)


def test_half_a_character_is_no_part_of_a_title(read):
    [one] = read(r'[{"title": "Em\ud800ma", "key": "/books/1"}]')

    assert one.record.title == "Emma"
