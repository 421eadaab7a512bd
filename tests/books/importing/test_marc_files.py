"""The real MARC files: each gives as many books, refusals and skipped records as were counted in it by hand."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from books.importing.sources import open_source
from tests.books.importing.marc_reading import reads

with (Path(__file__).parent / "marc_counts.csv").open(encoding="utf-8") as table:
    COUNTS = list(csv.DictReader(table))


def kind(read):
    return "books" if read.record else "refused" if read.is_book else "skipped"


def of_suffix(*suffixes):
    return [row["file"] for row in COUNTS if row["file"].endswith(suffixes)]


BINARY = of_suffix(".mrc", ".dat", ".marc")


@pytest.fixture(scope="module")
def everything(shared_data):
    """Every record of every file."""
    return {row["file"]: reads(shared_data / "marc" / row["file"]) for row in COUNTS}


@pytest.mark.parametrize("row", COUNTS, ids=lambda row: row["file"])
def test_each_file_gives_what_was_counted_in_it(everything, row):
    found = everything[row["file"]]

    counted = Counter(kind(read) for read in found)
    assert {"read": len(found), **counted} == {
        name: int(row[name]) for name in ("read", "books", "refused", "skipped") if int(row[name])
    }
    assert [read.number for read in found] == list(range(1, len(found) + 1))


def test_every_file_of_the_folder_is_counted(shared_data):
    folder = shared_data / "marc"
    found = {str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.suffix not in (".csv", ".txt")}

    assert found == {row["file"] for row in COUNTS}


def test_the_folder_as_a_whole(everything):
    binary = [read for file in BINARY for read in everything[file]]
    xml = [read for file, found in everything.items() if file not in BINARY for read in found]

    assert Counter(map(kind, binary)) == {"books": 662, "refused": 5, "skipped": 33}
    assert Counter(map(kind, xml)) == {"books": 417, "skipped": 62}
    ill_formed = [
        *everything["evergreen/serials_marc21.xml"],
        *everything["koha/koha_biblio_369_illformed.marcxml.xml"],
    ]
    assert (len(xml) - len(ill_formed), len(ill_formed)) == (471, 8)


def test_only_what_has_no_title_is_refused_and_unimarc_by_its_name(everything):
    refused = {
        (file.rpartition("/")[2], read.refusal)
        for file, found in everything.items()
        for read in found
        if kind(read) == "refused"
    }

    no_title = "The record has no title (245)."
    assert refused == {
        ("talis_740.mrc", no_title),
        ("talis_multi_work_tiles.mrc", no_title),
        ("talis_no_title.mrc", no_title),
        ("talis_no_title2.mrc", no_title),
        (
            "testunimarc.dat",
            "This is a UNIMARC record (its title stands in 200): only MARC21 can be imported.",
        ),
    }


def test_wrong_checksums_are_reported_and_not_stored(everything):
    remarks = [
        (file.rpartition("/")[2], change.split("“")[1].split("”")[0])
        for file, found in everything.items()
        for read in found
        for change in read.changes
        if "check digit" in change
    ]

    assert sorted(remarks) == [
        ("880_publisher_unlinked.mrc", "9789655220613"),
        ("collingswood_520aa.mrc", "087279811"),
        ("koha_biblios.marcxml.xml", "978-92-5-405760-6"),
    ]


def title_field(record):
    directory, *fields = record[24:].split(b"\x1e")
    tags = [directory[start : start + 3] for start in range(0, len(directory), 12)]
    return fields[tags.index(b"245")].split(b"\x1fc")[0]


def test_the_french_records_are_read_from_marc8_without_a_loss(shared_data, everything):
    raw = (shared_data / "marc/evergreen/lul_fre_500.mrc").read_bytes().split(b"\x1d")[:-1]
    found = everything["evergreen/lul_fre_500.mrc"]

    in_marc8 = [number for number, record in enumerate(raw) if not record.isascii()]
    assert len(in_marc8) == 479
    assert [read.changes for read in found] == [[]] * 500
    accented = [number for number, record in enumerate(raw) if not title_field(record).isascii()]
    assert [n for n, read in enumerate(found) if not f"{read.record.title}{read.record.subtitle}".isascii()] == accented
    assert not any("\ufffd" in str(read.record) for read in found)


def test_original_scripts_come_from_880(everything):
    titles = {
        read.record.original_title
        for found in everything.values()
        for read in found
        if read.record and not read.record.original_title.isascii()
    }

    assert {"日本 の 茶書", "乔布斯的秘密日记", "זה גדול!", "הגדה של פסח", "米国の統治の仕組"} <= titles
    assert all(read.record.original_title for read in everything["evergreen/hebrew.marc"])


def test_work_goes_on_after_the_records_that_are_dealt_with(shared_data, everything):
    for file in ("evergreen/hebrew.marc", "koha/koha_biblios.marcxml.xml"):
        with open_source(shared_data / "marc" / file) as source:
            assert list(source.records(skip=13)) == everything[file][13:]
            assert source.share_done == 1
