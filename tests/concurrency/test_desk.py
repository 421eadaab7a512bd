"""Several desks at once: a copy is lent once and returned once, and rehearsals wait for nobody in a circle."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from books.models import Book, Copy
from library_portal.errors import PortalError
from reservations.services import desk
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*scans: Callable[[], Any]) -> list[str]:
    """What each desk was told: the outcome, or the name of the refusal; in alphabetical order."""
    start = Barrier(len(scans))

    def run(scan: Callable[[], Any]) -> str:
        start.wait()
        try:
            return scan().outcome.value
        except PortalError as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(scans)) as desks:
        return sorted(desks.map(run, scans))


def barcode_of(book: Book) -> str:
    return Copy.objects.get(book=book).barcode


def test_one_copy_over_two_desks_goes_to_one_reader() -> None:
    now, barcode, readers = timezone.now(), barcode_of(book_with_copies(1)), (patron(), patron())
    told = at_once(*(lambda one=one: desk.lend(user_id=one.pk, barcode=barcode, now=now) for one in readers))
    assert told == ["OutToSomebodyElse", "lent"]


def test_a_copy_scanned_at_two_desks_is_returned_once() -> None:
    now, book = timezone.now(), book_with_copies(1)
    lent(patron(), book, now)
    told = at_once(*[lambda: desk.take_in(barcode=barcode_of(book), now=now)] * 2)
    assert told == ["nothing_to_do", "returned"]


def test_rehearsals_that_lock_the_same_wallets_in_other_orders_all_end() -> None:
    """Each reader waits for the book that the other has: without `lock_several_wallets` this is a deadlock."""
    now, ada, ben = timezone.now(), patron(plan="PLUS"), patron(plan="PLUS")
    has_ada, has_ben = book_with_copies(1), book_with_copies(1)
    lent(ada, has_ada, now)
    lent(ben, has_ben, now)
    reserved(ben, has_ada, now)
    reserved(ada, has_ben, now)
    codes = [barcode_of(has_ada), barcode_of(has_ben)] * 4
    told = at_once(*(lambda code=code: desk.take_in(barcode=code, now=now, dry_run=True) for code in codes))
    assert told == ["returned"] * 8
