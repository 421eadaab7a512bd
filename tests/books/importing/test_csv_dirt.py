"""Whatever is wrong with a CSV file costs the rows that it is in, and no others."""

import pytest

from books.importing.sources import UnknownFile, open_source
from books.importing.sources.csv_rows import LONGEST_LINE
from tests.books.importing.csv_reading import Reader

NOT_UTF8 = "The row is not written in UTF-8. Name the file's encoding, such as cp1252, and import it again."
QUOTES = "Quotation marks in the row are not as they should be."


@pytest.fixture
def read(tmp_path):
    return Reader(tmp_path)


def test_each_bad_row_is_refused_with_its_line_and_as_it_came(read):
    content = (
        b"title,authors,year\r\nFirst,Somebody,1999\r\n,Nobody,2000\r\nToo,few\r\nToo,many,2001,cells\r\n"
        b"Bad \xff byte,Somebody,2002\r\nNul\0 inside,Somebody,2003\r\n\r\n , ,\r\nMore,Somebody,2004,,\r\n"
    )

    reads = read(content)

    assert [(one.number, one.title, one.refusal) for one in reads] == [
        (2, "First", ""),
        (3, "", "The row has no title."),
        (4, "Too", "The row has 2 cells instead of 3."),
        (5, "Too", "The row has 4 cells instead of 3."),
        (6, "Bad ? byte", NOT_UTF8),
        (7, "Nul inside", ""),
        (10, "More", ""),
    ]
    assert [one.original for one in reads if one.refusal] == [
        b",Nobody,2000\r\n",
        b"Too,few\r\n",
        b"Too,many,2001,cells\r\n",
        b"Bad \xff byte,Somebody,2002\r\n",
    ]


def test_a_quote_that_is_never_closed_costs_its_own_line_only(read):
    others = "".join(f"Row {number},Somebody\n" for number in range(8_000))

    shown = read.shown(f'title,authors\n"Open,Somebody\n{others}')

    assert [(number, title) for number, title, refusal in shown if refusal] == [(2, "Open,Somebody")]
    assert [title for _number, title, refusal in shown if not refusal] == [f"Row {number}" for number in range(8_000)]


@pytest.mark.parametrize(
    ("row", "title", "changes"),
    [
        ('"He said ""hi""",S', 'He said "hi"', []),
        ('He said "hi",S', 'He said "hi"', []),
        ('"He said "hi" twice",S', 'He said hi" twice"', [QUOTES]),
        (r'"a \"b\" c",S', 'a "b" c', [QUOTES]),
        ('Last cell,"S', "Last cell", [QUOTES]),
        ('"two\nlines",S', "two lines", []),
    ],
)
def test_quotes_are_taken_as_programs_write_them(read, row, title, changes):
    [one] = read(f"title,authors\n{row}\n")

    assert (one.record.title, one.changes) == (title, changes)


def test_cells_and_lines_without_end_are_refused_alone(read):
    cell, line = "x" * 200_000, "y," * LONGEST_LINE

    shown = read.shown(f"title,authors\n{cell},A\n{line},A\nLast,A\n")

    assert [(number, bool(refusal)) for number, _title, refusal in shown] == [(2, True), (3, True), (4, False)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_seen(read, delimiter, line_end):
    content = f"title{delimiter}authors{line_end}Ä{delimiter}B{line_end}"

    assert read.shown(content) == [(2, "Ä", "")]


@pytest.mark.parametrize(
    ("content", "wishes"),
    [
        ("title,authors\nÄ,B\n".encode("utf-8-sig"), {}),
        ("title,authors\nÄ,B\n".encode("utf-16"), {}),
        (b"\xfe\xff" + "title,authors\nÄ,B\n".encode("utf-16-be"), {}),
        ("title,authors\nÄ,B\n".encode("utf-16-le"), {"encoding": "utf-16-le"}),
        ("title,authors\nÄ,B\n".encode("cp1252"), {"encoding": "cp1252"}),
        ("title,authors\nÄ,B\n".encode("latin-1"), {"encoding": "latin-1"}),
    ],
)
def test_encodings_are_told_by_the_file_or_by_a_person(read, content, wishes):
    [one] = read(content, **wishes)

    assert one.record.title == "Ä"


def test_two_columns_of_one_name_are_both_kept(tmp_path, read):
    with pytest.raises(UnknownFile, match=r"title, authors, authors \(2\)"):
        read("title,authors,authors\nA,B,C\n")


@pytest.mark.parametrize(
    ("content", "wishes", "said"),
    [
        (b"", {}, "The file is empty."),
        ("title,authors\nÄ,B\n".encode("utf-16-le"), {}, "UTF-16 without its mark"),
        (b"title,authors\n", {"encoding": "klingon"}, "no encoding “klingon”"),
        (b"title,authors\n", {"encoding": "base64"}, "no encoding “base64”"),
        (b"title,authors\n", {"profile": "nonsense"}, "no profile “nonsense”; there are: goodbooks10k, bl_names"),
        (b"title,authors\n", {"profile": "goodbooks10k"}, "The profile “goodbooks10k” does not fit this file."),
        (b"\n", {}, "The file has these columns: none."),
        (b"PK\x03\x04\x14\0\x06\0", {}, "a spreadsheet program's own file. Save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", {"format": "csv"}, "a spreadsheet program's own file. Save it as CSV"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(read, content, wishes, said):
    with pytest.raises(UnknownFile, match=said):
        read(content, **wishes)


@pytest.mark.parametrize("before", ["\n\r\n", "sep=;\r\n", '"sep=;"\n', "sep=\t\n\n"])
def test_empty_lines_and_excels_name_of_the_delimiter_come_before_the_header(read, before):
    assert read.shown(f"{before}title;authors\nÄ;B\n") == [(2 + before.count("\n"), "Ä", "")]


def test_a_delimiter_at_the_headers_end_makes_no_column(read):
    assert read.shown("title;authors;\nA;B\nC;D;\nE;F;;\nG;\n") == [
        (2, "A", ""), (3, "C", ""), (4, "E", ""), (5, "G", ""),
    ]  # fmt: skip


def test_a_header_alone_is_a_catalogue_without_books(read):
    assert read("title,authors\n") == []


def test_reading_goes_on_after_the_records_that_were_dealt_with(tmp_path):
    file = tmp_path / "books.csv"
    file.write_text("title,authors\n" + "".join(f"{number},A\n" for number in range(5_000)))

    with open_source(file) as source:
        assert [read.title for read in source.records(skip=4_998)] == ["4998", "4999"]
        assert source.share_done == 1.0


def test_a_row_without_end_is_cut_and_the_rows_before_it_come(read):
    cells = '"\n",' * (LONGEST_LINE // 2)

    found = read.shown(f"title,authors\nFirst,A\n{cells}")

    assert found[:2] == [(2, "First", ""), (3, "", "The row has no end.")]


@pytest.mark.parametrize("encoding", ["utf-16", "idna", "cp424"])
def test_an_encoding_in_which_the_file_makes_no_sense_is_said(read, encoding):
    with pytest.raises(UnknownFile, match=f"can't be read as {encoding}"):
        read("title,authors\nFirst,A\n", encoding=encoding)
