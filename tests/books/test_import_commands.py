"""`import_books` and `load_sample_library` on the command line, and the real catalogue of 10,000 books."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command

from books.importing.jobs import import_file
from books.importing.models import ImportJob
from books.models import Book, Copy
from books.search.models import BookSearchEntry
from tests.books.importing.conftest import counts, remarks

pytestmark = pytest.mark.django_db


class TestCommand:
    def run(self, *arguments):
        out = io.StringIO()
        call_command("import_books", *map(str, arguments), stdout=out)
        return out.getvalue()

    def test_it_says_what_it_did(self, goodbooks):
        file = goodbooks({"title": "One", "isbn": "812971060"}, {"title": ""})

        said = self.run(file, "--copies", "2")

        assert "books.csv: 100 %" in said
        assert "2 records (goodbooks10k): 1 created, 0 changed, 0 already there, 1 refused, 0 no books" in said
        assert "2 copies added" in said
        assert "The row has no title." in said

    def test_every_remark_is_in_the_report_and_the_first_on_the_screen(self, goodbooks, tmp_path):
        file = goodbooks(*({"title": ""} for _ in range(25)))

        said = self.run(file, "--report", tmp_path / "report.csv")

        with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as written:
            rows = list(csv.reader(written))
        assert rows[0] == ["record", "title", "result", "reason"]
        assert rows[1:] == [[str(line), "", "refused", "The row has no title."] for line in range(2, 27)]
        assert said.count("│ refused │") == 20

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("name,writer\nEmma,Austen\n", "No import profile fits this file."),
            ("", "The file is empty."),
            ("title,authors,colour\nEmma,Austen,red\n", "The profile “library” does not know these: colour."),
        ],
    )
    def test_a_header_nobody_knows_is_explained_and_the_job_says_why_it_failed(self, tmp_path, content, why):
        file = tmp_path / "other.csv"
        file.write_text(content)

        with pytest.raises(CommandError, match=why):
            self.run(file)

        job = ImportJob.objects.get()
        assert (Book.objects.exists(), job.status, why in job.error) == (False, "failed", True)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            self.run(tmp_path / "missing.csv")

    @pytest.mark.parametrize("copies", ["-1", "many", "100000"])
    def test_copies_are_a_sensible_number(self, goodbooks, copies):
        with pytest.raises(CommandError, match="--copies"):
            self.run(goodbooks(), "--copies", copies)


def test_the_sample_library_is_loaded_once():
    out = io.StringIO()

    for _ in range(2):
        call_command("load_sample_library", stdout=out)

    first, second = out.getvalue().splitlines()
    assert first == f"Sample library: {Book.objects.count()} new books, {Copy.objects.count()} copies"
    assert second == "Sample library: 0 new books, 0 copies"
    assert Book.objects.count() >= 200
    assert ImportJob.objects.count() == 1


def test_ten_thousand_real_books(shared_data, now):
    file = shared_data / "csv" / "goodbooks10k_books.csv"

    first = import_file(file, copies=1, now=now)
    second = import_file(file, copies=1, now=now)

    assert (counts(first), first.copies_count, counts(second)) == ({"created": 10_000}, 10_000, {"known": 10_000})
    assert [number for number, _kind, _reason in remarks(first)] == [
        917, 1096, 1444, 1544, 1628, 2375, 2600, 2779, 3301, 3395, 3474, 3666, 4323, 4810, 5027, 6274, 6402, 6734, 7479,
        8423, 8553, 9188, 9733,
    ]  # fmt: skip
    assert Book.objects.exclude(isbn=None).count() == 9_277
    assert Book.objects.filter(year__lt=0).count() == 31
    assert Book.objects.filter(cover_url="").count() == 3_332
    assert Book.objects.filter(language="en").count() == 6_341 + 2_070 + 257 + 58 + 4
    assert BookSearchEntry.objects.count() == 10_000
