"""Real records, field by field: scripts, accents, roles, series, years, and what mending left of broken ones."""

import pytest

from tests.books.importing import marc_told_openlibrary, marc_told_others
from tests.books.importing.marc_reading import reads, told

RECORDS = marc_told_openlibrary.RECORDS + marc_told_others.RECORDS


@pytest.mark.parametrize(
    ("file", "number", "wanted"), RECORDS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_record_tells_this(shared_data, file, number, wanted):
    record = reads(shared_data / "marc" / file)[number - 1].record

    found = told(record)
    found.pop("description", None)
    assert found == wanted


@pytest.mark.parametrize(
    ("file", "number", "remarks"),
    [
        ("evergreen/lul_fre_500.mrc", 1, []),
        (
            "openlibrary/mrc/new_poganucpeoplethe00stowuoft_meta.mrc",
            1,
            [
                "The directory's lengths are wrong; the fields were taken in their order.",
                "The leader gives a wrong length of the record.",
                "The leader does not say UTF-8, but the record is written in it.",
            ],
        ),
        (
            "pymarc/1251.dat",
            1,
            ["The record is written in neither MARC-8 nor UTF-8 and was read as windows-1251."],
        ),
        (
            "koha/koha_biblio_369_illformed.marcxml.xml",
            1,
            ["Control characters, which XML does not allow, were left out."],
        ),
    ],
)
def test_what_was_mended_is_said(shared_data, file, number, remarks):
    assert reads(shared_data / "marc" / file)[number - 1].changes == remarks


def test_a_summary_is_the_description(shared_data):
    thirty_years_war = reads(shared_data / "marc/koha/koha_biblios.marcxml.xml")[7].record

    assert thirty_years_war.description.startswith("A deadly continental struggle, the Thirty Years War devastated")
