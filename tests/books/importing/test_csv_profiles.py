"""What the columns of each known kind of CSV file mean, on rows of our own and on the real files."""

from collections import Counter
from decimal import Decimal

import pytest

from books.importing.record import Contributor, Record
from books.importing.sources import UnknownFile, open_source
from books.importing.sources.profiles import LIBRARY_COLUMNS
from tests.books.importing.csv_reading import Reader


@pytest.fixture
def read(tmp_path):
    return Reader(tmp_path)


def row(header, **cells):
    return ",".join(header) + "\n" + ",".join(f'"{cells.get(name, "")}"' for name in header) + "\n"


def test_the_librarys_own_columns_hold_every_field(read):
    cells = {
        "title": "Emma", "subtitle": "A Novel", "original_title": "Emma!", "series": "Novels #4",
        "authors": "Jane Austen; Ann Other [editor]", "publisher": "Murray", "year": "1815",
        "isbn": "9780439023481; 9780061120084", "language": "en", "genres": "Classics; Romance", "pages": "474",
        "cover": "hard", "cover_url": "https://covers.example/emma.jpg", "price": "12.50", "daily_fee": "0.25",
        "rating": "4.10", "ratings_count": "12", "description": "A matchmaker.\nAnd more.", "copies": "2",
        "barcodes": "LP1; LP2",
    }  # fmt: skip

    [one] = read(row(LIBRARY_COLUMNS, **cells))

    assert one.changes == []
    assert one.record == Record(
        title="Emma", subtitle="A Novel", original_title="Emma!", series="Novels #4",
        authors=(Contributor("Jane Austen"), Contributor("Ann Other", "editor")), publisher="Murray", year=1815,
        isbns=("9780439023481", "9780061120084"), language="en", genres=("Classics", "Romance"), pages=474,
        cover="hard",
        cover_url="https://covers.example/emma.jpg", price=Decimal("12.50"), daily_fee=Decimal("0.25"),
        rating=Decimal("4.10"), ratings_count=12, description="A matchmaker.\nAnd more.", copies=2,
        barcodes=("LP1", "LP2"),
    )  # fmt: skip


BRITISH = (
    "Name", "Type of name", "Other names", "BL record ID", "ISBN", "Title", "Series title", "Number within series",
    "Publisher", "Date of publication", "Physical description", "Topics", "Genre", "Languages", "Notes",
)  # fmt: skip


def british(*rows):
    lines = [",".join(BRITISH)]
    lines += [",".join(f'"{cells.get(name, "")}"' for name in BRITISH) for cells in rows]
    return "\n".join(lines) + "\n"


def test_rows_of_one_british_library_record_are_one_book_wherever_they_stand(read):
    names = "Lee, Ann, 1961-, artist ; author [person] ; Ink House (Firm), publisher [organisation] ; Bo, Cy [person]"
    book = {"BL record ID": "007", "Title": "Panels", "Other names": names, "ISBN": "9780439023481 ; 9780061120084"}
    other = {"BL record ID": "008", "Title": "Other", "Name": "Dee, Eve", "Type of name": "person"}

    reads = read(british({**book, "Name": "Bo, Cy"}, other, {**book, "Name": "Lee, Ann"}))

    assert [(one.number, one.title) for one in reads] == [(3, "Other"), (2, "Panels")]
    assert reads[1].record.authors == (Contributor("Ann Lee"), Contributor("Cy Bo", "contributor"))
    assert reads[1].record.isbns == ("9780439023481", "9780061120084")
    assert reads[1].original.count(b"\n") == 2


def test_a_british_library_row_in_full(read):
    cells = {
        "Name": "Lee, Ann", "BL record ID": "1", "Title": "Making faces : drawing heads",
        "Other names": "Fair of Books, 1977 [meeting/conference] ; Lee, Ann (Ann B.), jr, inker, artist [person]",
        "Series title": "Heads", "Number within series": "4 [Heads]", "Publisher": "Ink ; Press",
        "Date of publication": "2009-2010", "Physical description": "xi, 168 pages, illustrations, 19 cm",
        "Topics": "Faces--Drawing ; Lee, Ann, 1961-", "Genre": "Handbook", "Languages": "English ; Maori",
        "Notes": "One ; Two",
    }  # fmt: skip

    [one] = read(british(cells))

    assert one.record == Record(
        title="Making faces", subtitle="drawing heads", series="Heads 4",
        authors=(Contributor("Fair of Books, 1977"), Contributor("Ann Lee Jr.", "artist")), publisher="Ink", year=2009,
        pages=168, genres=("Handbook", "Faces"), language="mul", description="One\nTwo",
    )  # fmt: skip
    assert one.changes == [
        "Several publishers, of which the first is kept: Ink ; Press.",
        "Several languages: English ; Maori.",
    ]


def test_a_shelf_described_by_open_library(read):
    header = "isbn,title,authors,publish_date,number_of_pages,subjects,openlibrary_medcover_url"
    cells = '9780439023481,Learning Pearls.,"Lee, Ann; Bo Cy,Di Em","March 25, 2008",328,Pearls; Protected DAISY,'

    [one] = read(f"{header}\r\n{cells}\r\n")

    assert one.record == Record(
        title="Learning Pearls",
        authors=(Contributor("Ann Lee"), Contributor("Bo Cy"), Contributor("Di Em")),
        year=2008,
        pages=328,
        isbns=("9780439023481",),
        genres=("Pearls",),
    )


def books_of(file, **wishes):
    with open_source(file, **wishes) as source:
        return list(source.records())


def outcome(reads):
    return Counter("book" if read.record else "refused" if read.is_book else "no book" for read in reads)


def test_the_real_books_of_goodreads_with_their_readers_tags(shared_data):
    folder = shared_data / "csv"
    tags = {
        "genres_from": folder / "goodbooks10k_book_tags_reduced.csv",
        "tag_names": folder / "goodbooks10k_tags_reduced.csv",
    }

    reads = books_of(folder / "goodbooks10k_books.csv", companions=tags)

    assert outcome(reads) == {"book": 10_000}
    assert sum(len(read.record.isbns) for read in reads) == 9_277
    assert sum(bool(read.changes) for read in reads) == 23
    assert Counter(len(read.record.genres) for read in reads) == GENRES_PER_BOOK
    by_title = {read.record.title: read.record.genres for read in reads}
    assert by_title["Harry Potter and the Sorcerer's Stone"] == ("Fantasy", "Young Adult", "Children")


GENRES_PER_BOOK = {0: 487, 1: 2_740, 2: 2_055, 3: 1_848, 4: 1_383, 5: 1_487}


@pytest.mark.parametrize("file", ["tags", "tags_reduced", "book_tags_reduced"])
def test_tags_alone_are_no_catalogue_and_say_how_to_be_given(shared_data, file):
    with pytest.raises(UnknownFile, match=r"--genres-from book_tags.csv --tag-names tags.csv"):
        books_of(shared_data / "csv" / f"goodbooks10k_{file}.csv")


def test_tags_go_with_their_own_books_only(shared_data, read):
    file = shared_data / "csv" / "goodbooks10k_tags.csv"
    both = {"genres_from": file, "tag_names": file}
    with pytest.raises(UnknownFile, match="Only the books of goodbooks-10k"):
        read("title,authors\nA,B\n", companions=both)
    with pytest.raises(UnknownFile, match="these columns are missing: count, goodreads_book_id"):
        books_of(shared_data / "csv" / "goodbooks10k_books.csv", companions=both)


def test_the_real_comics_of_the_british_library(shared_data):
    reads = books_of(shared_data / "csv" / "bl_comics_names.csv")
    records = [read.record for read in reads]

    assert outcome(reads) == {"book": 2_137}
    assert [sum(len(record.isbns) == count for record in records) for count in (0, 1, 2, 3, 4)] == [94, 1910, 121, 9, 3]
    assert (sum(not record.publisher for record in records), sum(not record.authors for record in records)) == (185, 0)
    assert Counter(record.language for record in records) == {
        "en": 2_122, "mul": 4, "fr": 4, "es": 3, "da": 1, "cy": 1, "it": 1, "zh": 1,
    }  # fmt: skip
    assert [read.title for read in reads if read.record.year is None] == ["Meixue, Meixue"]


def test_the_real_shelf_of_a_hackerspace(shared_data):
    reads = books_of(shared_data / "csv" / "noisebridge_books.csv")
    records = [read.record for read in reads]

    assert outcome(reads) == {"book": 1_491}
    assert sum(bool(read.changes) for read in reads) == 0
    assert sum(len(record.isbns) for record in records) == 1_491
    assert [sum(not getattr(record, name) for record in records) for name in ("authors", "pages", "year")] == [
        265,
        189,
        19,
    ]
    assert [record.title for record in records if record.title.endswith(".")] == [
        "G.",
        "Making Your Film for Less Outside the U. S.",
        "D.I.Y.",
    ]


def test_the_real_lending_library_of_paris(shared_data):
    reads = books_of(shared_data / "circulation" / "sco_books.csv")
    records = [read.record for read in reads if read.record]

    assert outcome(reads) == {"book": 6_016, "no book": 4}
    assert {read.refusal for read in reads if not read.is_book} == {
        "This is no book: Photograph.", "This is no book: Phonograph Record.", "This is no book: Prints.",
    }  # fmt: skip
    assert sum(record.year is None for record in records) == 718
    assert Counter(person.role for record in records for person in record.authors) == {
        "": 5_540, "editor": 509, "translator": 318, "author of introduction": 73, "illustrator": 21, "photographer": 2,
    }  # fmt: skip
