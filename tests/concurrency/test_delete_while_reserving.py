"""Somebody deletes the account and reserves at the same instant: never is a book held for who is gone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection
from django.utils import timezone

import accounts.services
import reservations.personal_data
import reservations.services
from accounts.models import User
from library_portal import personal_data
from library_portal.errors import PortalError
from reservations.models import OPEN, Reservation
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, BOOKS = 12, 5


def run(action, start: threading.Barrier) -> None:
    try:
        start.wait()
        with suppress(PortalError):
            action()
    finally:
        connection.close()


def all_at_once(*actions) -> None:
    start = threading.Barrier(len(actions))
    with ThreadPoolExecutor(len(actions)) as threads:
        list(threads.map(lambda action: run(action, start), actions))


def reserve(reader: User, book_id: int) -> None:
    reservations.services.reserve(user_id=reader.pk, book_id=book_id, days=7, join_queue=True, now=timezone.now())


def delete(reader: User) -> None:
    accounts.services.delete_account(user_id=reader.pk, now=timezone.now(), forfeit=True)


def held_for_the_erased() -> int:
    return Reservation.objects.filter(user__erased_at__isnull=False, status__in=OPEN).count()


def test_who_is_erased_holds_nothing_and_who_holds_something_is_not_erased() -> None:
    books = [book_with_copies(2).pk for _ in range(BOOKS)]
    for _ in range(ROUNDS):
        reader = patron(plan="PREMIUM")
        wishes = [lambda reader=reader, book=book: reserve(reader, book) for book in books]
        all_at_once(lambda reader=reader: delete(reader), *wishes)
        assert held_for_the_erased() == 0
        delete(User.objects.get(pk=reader.pk))
    assert User.objects.filter(erased_at__isnull=False).count() == ROUNDS
    assert not Reservation.objects.filter(status__in=OPEN).exists()


def test_two_deletions_at_once_erase_once() -> None:
    reader = patron()
    all_at_once(*[lambda: delete(reader)] * 4)
    reader.refresh_from_db()
    assert reader.username == f"deleted-{reader.pk}"


def test_control_without_the_lock_a_book_is_held_for_who_is_gone(monkeypatch) -> None:
    """Shows that the first test would notice: the wish comes between the last look and the erasing."""
    reader, book = patron(plan="PREMIUM"), book_with_copies(1)
    looked, reserved = threading.Event(), threading.Event()

    def look_without_lock(user_id: int) -> None:
        looked.set()
        reserved.wait(timeout=60)

    def wish() -> None:
        looked.wait(timeout=60)
        reserve(reader, book.pk)
        reserved.set()

    monkeypatch.setattr(personal_data, "objections", [])
    monkeypatch.setattr(personal_data, "endings", [])
    forget_blindly = [one for one in personal_data.erasures if "reservations" not in one.__module__]
    monkeypatch.setattr(personal_data, "erasures", [lambda user_id, now: look_without_lock(user_id), *forget_blindly])
    all_at_once(lambda: delete(reader), wish)
    assert held_for_the_erased() == 1
