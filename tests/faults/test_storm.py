"""A storm over HTTP on the running portal, its processes killed meanwhile: afterwards the auditor finds nothing.

`python -m bench.storm` raises a larger one.
"""

from collections import defaultdict
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from reservations.models import Reservation, Status
from reservations.places import how_many_ahead_of
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.tokens import access_token
from tests.faults.storm import MORTAL, Outcome, portal_processes, rage
from tests.reservations.lending.rules import DOCUMENTED

pytestmark = pytest.mark.django_db(transaction=True)

PATRONS, SECONDS = 24, 10.0
WANTED = frozenset({"reserve", "checkout", "return", "cancel", "plan", "charge"})


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    """24 patrons of all plans and a librarian on four titles, for ten seconds or longer."""
    books = [book_with_copies(copies, price="4.00").pk for copies in (2, 1, 3, 2)]
    plans = ("PREMIUM", "PREMIUM", "PLUS", "FREE")
    tokens = [access_token(patron(plan=plans[n % 4], balance="9.00")) for n in range(PATRONS)]
    with portal_processes(tmp_path) as portal:
        staff = [access_token(librarian())]
        return rage(portal, patrons=tokens, librarians=staff, books=books, seconds=SECONDS, wanted=WANTED)


def places_of_each_queue() -> dict[int, list[int]]:
    """By book, as the patrons are told."""
    waiting = list(Reservation.objects.filter(status=Status.PENDING))
    ahead, queues = how_many_ahead_of(waiting), defaultdict(list)
    for place in waiting:
        queues[place.book_id].append(ahead[place.pk] + 1)
    return {book_id: sorted(places) for book_id, places in queues.items()}


def test_after_a_storm_with_killed_processes_nothing_is_wrong(outcome: Outcome) -> None:
    assert set(outcome.killed) == set(MORTAL)
    assert (outcome.deadlocks, outcome.seen.failures()) == (0, {})
    assert outcome.seen.codes() <= DOCUMENTED
    assert outcome.seen.done() >= WANTED
    assert told_by_the_auditor().endswith("rules checked: nothing is wrong.\n")
    assert all(places == list(range(1, len(places) + 1)) for places in places_of_each_queue().values())


def told_by_the_auditor() -> str:
    out = StringIO()
    try:
        call_command("audit", "--settled", stdout=out)
    except SystemExit:
        return f"Something is wrong:\n{out.getvalue()}"
    return out.getvalue()
