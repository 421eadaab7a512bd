"""A change of the analysis is noticed: here, and by `search_rebuild --missing`."""

from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import call_command

from books.importing.sources import open_source
from books.search.indexing import ANALYSIS_VERSION, analyse_book
from books.search.models import SearchIndex
from tests.books.search.factories import document

SAMPLE_LIBRARY = Path(__file__).resolve().parents[3] / "books" / "sample" / "sample_library.csv"
# Another digest here, and no other version there, leaves every index in use out of date without anybody knowing.
DIGESTS = {1: "75d7ca25429f2ebc1be1a57c247769673aac74eeca7dcd31df3b82f7a2fc50b1"}


def digest() -> str:
    read = sha256()
    with open_source(SAMPLE_LIBRARY) as source:
        for one in source.records():
            record = one.record
            assert record is not None
            names = [author.name for author in record.authors]
            book = document(record.title, *names, book_id=one.number, year=record.year, isbns=record.isbns)
            indexed = analyse_book(book)
            read.update(repr([indexed.words, indexed.prefixes, indexed.spellings, indexed.fields]).encode())
    return read.hexdigest()


def test_who_changes_the_analysis_gives_it_another_version() -> None:
    assert {ANALYSIS_VERSION: digest()} == DIGESTS


@pytest.mark.django_db
def test_an_index_of_another_analysis_is_built_anew(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("search_rebuild", verbosity=0)
    SearchIndex.objects.update(analysis=ANALYSIS_VERSION - 1)
    for _ in range(2):
        call_command("search_rebuild", missing=True)
    assert capsys.readouterr().out.splitlines()[-2:] == ["postgresql: 0 books", "postgresql: has an index"]
