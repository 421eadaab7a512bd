"""Real catalogues, whole, through the job: what became of every record of each file."""

import pytest

from books.importing.jobs import import_file
from books.models import Authorship, Book, Isbn
from tests.books.importing.conftest import counts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("file", "became"),
    [
        # Eight books are there twice, once by ISBN-10 and once by ISBN-13.
        ("csv/noisebridge_books.csv", {"created": 1_483, "known": 8}),
        # Ten more share the ISBN of a set.
        ("csv/noisebridge_openlibrary_responses.json", {"created": 1_473, "known": 18}),
        # "In [unclear]" is there twice.
        ("circulation/sco_books.csv", {"created": 6_015, "known": 1, "skipped": 4}),
    ],
)
def test_every_record_is_accounted_for(shared_data, now, file, became):
    job = import_file(shared_data / file, now=now)

    assert counts(job) == became
    assert (job.position, Book.objects.count()) == (sum(became.values()), became["created"])


def test_a_second_run_of_a_real_file_changes_nothing(shared_data, now):
    def stored():
        return [table.objects.count() for table in (Book, Isbn, Authorship)]

    british = shared_data / "csv/bl_comics_names.csv"
    first = import_file(british, now=now)
    before = stored()

    # 17 pairs of records share an ISBN; two more have none, and one title, author and year.
    assert (counts(first), first.position, before[0]) == ({"created": 2_118, "known": 19}, 2_137, 2_118)
    assert counts(import_file(british, now=now)) == {"known": 2_137}
    assert stored() == before
