"""Files of columns that nobody knows: they say what they have, and a person says what it means."""

import pytest

from books.importing.record import Contributor
from books.importing.sources import UnknownFile
from books.importing.sources.profiles import LIBRARY_COLUMNS, UnknownHeader, proposed_columns
from tests.books.importing.csv_reading import Reader


@pytest.fixture
def read(tmp_path):
    return Reader(tmp_path)


def test_an_unknown_header_is_told_with_what_is_missing_and_what_may_be_meant(read):
    with pytest.raises(UnknownHeader) as refused:
        read("Titel;Verfasser;Regal\nÄ;B, C;7\n")

    assert refused.value.header == ["titel", "verfasser", "regal"]
    assert str(refused.value).splitlines() == [
        "No import profile fits this file.",
        "The file has these columns: titel, verfasser, regal.",
        "For the profile “library” these are missing: authors, title.",
        "The profile “library” does not know these: regal, titel, verfasser.",
        "Say which column is which; perhaps: title=titel, authors=verfasser.",
    ]


def test_a_header_like_a_known_one_names_what_it_lacks(read):
    with pytest.raises(UnknownHeader, match=r"For the profile “noisebridge” these are missing: authors\."):
        read("isbn,title,publish_date,number_of_pages,subjects,openlibrary_medcover_url\n1,2,3,4,5,6\n")


@pytest.mark.parametrize(
    ("header", "proposed"),
    [
        (["ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Publisher", "Image-URL-L"],
         {"title": "Book-Title", "authors": "Book-Author", "publisher": "Publisher", "year": "Year-Of-Publication",
          "isbn": "ISBN", "cover_url": "Image-URL-L"}),
        (["título", "autores", "editorial", "año", "idioma"],
         {"title": "título", "authors": "autores", "publisher": "editorial", "year": "año", "language": "idioma"}),
        (["書名", "作者", "出版社"], {"title": "書名", "authors": "作者", "publisher": "出版社"}),
        (["Название", "Автор"], {"title": "Название", "authors": "Автор"}),
        (["titles", "author", "author 2"], {"title": "titles", "authors": "author"}),
        (["title", "title 2", "books"], {"title": "title"}),
        (["Title", "Primary Author", "Date", "ISBNs", "Tags"],
         {"title": "Title", "authors": "Primary Author", "year": "Date", "isbn": "ISBNs", "genres": "Tags"}),
        (["authority", "items"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed_in_many_languages(header, proposed):
    assert proposed_columns(header) == proposed


def test_named_columns_are_read_however_they_are_spelled(read):
    columns = {"title": "TITEL", "authors": " verfasser ", "isbn": "Nr", "genres": "Art", "pages": "Umfang"}

    [one] = read(
        'Titel;Verfasser;Nr;Art;Umfang\nSand (Wüste #2);"Le Guin, Ursula K.";="0439023483";Roman, Abenteuer;240 S.\n',
        columns=columns,
    )

    assert (one.record.title, one.record.series, one.record.authors, one.record.isbns) == (
        "Sand", "Wüste #2", (Contributor("Ursula K. Le Guin"),), ("9780439023481",),
    )  # fmt: skip
    assert (one.record.genres, one.record.pages) == (("Roman", "Abenteuer"), 240)


def test_what_was_escaped_for_a_web_page_is_read(read):
    columns = {"title": "name", "publisher": "haus", "cover_url": "bild"}

    [one] = read("Name,Haus,Bild\nM&#252;ller,Brown &amp; Co & R&D,http://a.org/?x=1&copy=2\n", columns=columns)

    assert (one.record.title, one.record.publisher) == ("Müller", "Brown & Co & R&D")
    assert (one.record.cover_url, one.changes) == ("http://a.org/?x=1&copy=2", [])


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Ann Writer", ["Ann Writer"]),
        ("Writer, Ann", ["Ann Writer"]),
        ("Ann Writer, Bo Second", ["Ann Writer", "Bo Second"]),
        ("Writer, Ann; Second, Bo", ["Ann Writer", "Bo Second"]),
        ("Ann Writer/Bo Second", ["Ann Writer", "Bo Second"]),
        ("Ann Writer|Bo Second", ["Ann Writer", "Bo Second"]),
        ("García Márquez, Gabriel", ["Gabriel García Márquez"]),
        ("García Márquez, Gabriel, 1927-2014; Ng, Celeste (1980-)", ["Gabriel García Márquez", "Celeste Ng"]),
        ("King, Martin Luther, Jr., b. 1929", ["Martin Luther King Jr."]),
        ("Ann Writer and Bo Second", ["Ann Writer", "Bo Second"]),
        ("Ann Writer, Bo Second & Cy Third", ["Ann Writer", "Bo Second", "Cy Third"]),
        ("Writer, Ann, and Bo Second", ["Ann Writer", "Bo Second"]),
        ("Jan and Stan Berenstain", ["Jan and Stan Berenstain"]),
        ("Le Guin, Ursula Kroeber; Ann Writer", ["Ursula Kroeber Le Guin", "Ann Writer"]),
        ("Food and Agriculture Organization of the UN", ["Food and Agriculture Organization of the UN"]),
    ],
)
def test_people_are_parted_as_lists_are_written(read, cell, names):
    [one] = read(f'Name,Wer\nX,"{cell}"\n', columns={"title": "name", "authors": "wer"})

    assert [author.name for author in one.record.authors] == names


def test_in_our_own_columns_names_are_read_so_too_unless_the_file_is_a_whole_export(read):
    cell = '"Writer, Ann [Editor]; Acme\\; Sons"'
    [by_hand] = read(f"title,authors\nX,{cell}\n")
    [exported] = read(f"{','.join(LIBRARY_COLUMNS)}\nX,,,,{cell}{',' * 15}\n")

    assert by_hand.record.authors == (Contributor("Ann Writer", "editor"), Contributor("Acme; Sons"))
    assert exported.record.authors == (Contributor("Writer, Ann", "Editor"), Contributor("Acme; Sons"))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"titel": "Name"}, "We have no field titel; there are: title, subtitle"),
        ({"title": "Titel"}, "The file has no column titel; it has: name, wer."),
        ({"authors": "Wer"}, "Say which column has the title."),
    ],
)
def test_columns_that_make_no_sense_are_refused(read, columns, said):
    with pytest.raises(UnknownFile, match=said):
        read("Name,Wer\nX,Y\n", columns=columns)
