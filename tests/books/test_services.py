"""What librarians and lending do to books and copies, and which events tell of it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from books import services
from books.models import Author, Book, Copy
from library_portal.outbox.models import OutboxEvent
from reservations.models import Reservation
from tests.factories.books import BookFactory, CopyFactory
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def events():
    return [(event.name, event.payload) for event in OutboxEvent.objects.order_by("pk")]


def shelf(book):
    return list(book.copies.order_by("pk").values_list("status", "reason"))


@pytest.fixture
def lent_once(now):
    """A book whose one copy has a finished reservation."""
    book = BookFactory(copies=1)
    Reservation.objects.create(
        user=person(),
        book=book,
        copy=book.copies.get(),
        days=7,
        status="completed",
        price=Decimal("0.70"),
        ready_at=now,
        hold_until=now,
        starts_on=now.date(),
        due_on=now.date(),
        closed_at=now,
    )
    return book


def test_a_new_book_has_its_people_in_order_and_tells_of_itself(now):
    book = services.create_book(
        values={
            "title": "Good Omens",
            "authors": ["Terry Pratchett", "Neil Gaiman"],
            "genres": ["Fantasy"],
            "publisher": "Gollancz",
            "isbn": "0-575-04800-X",
        },
        now=now,
    )

    assert (book.isbn, book.version, book.publisher.name) == ("9780575048003", 1, "Gollancz")
    assert [author.name for author in book.authors.order_by("authorships__position")] == [
        "Terry Pratchett",
        "Neil Gaiman",
    ]
    assert events() == [("book.created", {"book_id": book.pk})]


def test_genres_and_publishers_are_the_same_in_any_case(now):
    services.create_book(values={"title": "One", "genres": ["Fantasy"], "publisher": "Tor"}, now=now)

    second = services.create_book(values={"title": "Two", "genres": ["FANTASY"], "publisher": "TOR"}, now=now)

    assert second.publisher.name == "Tor"
    assert [genre.name for genre in second.genres.all()] == ["Fantasy"]


def test_a_change_takes_a_new_version(now):
    book = BookFactory(title="Old")

    changed = services.update_book(book_id=book.pk, changes={"title": "New"}, version=1, now=now)

    assert (changed.title, changed.version) == ("New", 2)
    assert events() == [("book.updated", {"book_id": book.pk, "version": 2})]


def test_changing_nothing_is_no_change(now):
    book = BookFactory(title="Same", author_names=["A", "B"], genre_names=["G"])

    services.update_book(book_id=book.pk, changes={"title": "Same", "authors": ["A", "B"], "genres": ["G"]}, now=now)

    book.refresh_from_db()
    assert book.version == 1
    assert events() == []


def test_authors_keep_their_role_when_the_order_changes(now):
    book = BookFactory(author_names=["Writer", "Painter"])
    book.authorships.filter(author__name="Painter").update(role="illustrator")

    services.update_book(book_id=book.pk, changes={"authors": ["Painter", "Writer"]}, now=now)

    listed = list(book.authorships.order_by("position").values_list("author__name", "role"))
    assert listed == [("Painter", "illustrator"), ("Writer", "")]


def test_who_saw_an_older_version_may_not_overwrite(now):
    book = BookFactory(version=3)

    with pytest.raises(services.StaleBook):
        services.update_book(book_id=book.pk, changes={"title": "Mine"}, version=2, now=now)


def test_two_books_cannot_share_an_isbn(now):
    BookFactory(isbn="9780575048003")

    with pytest.raises(services.IsbnTaken) as refused:
        services.create_book(values={"title": "Again", "isbn": "9780575048003"}, now=now)

    assert set(refused.value.extra["errors"]) == {"isbn"}


def test_a_book_nobody_ever_asked_for_is_deleted_with_its_copies(now):
    book = BookFactory(copies=2)

    services.withdraw_or_delete_book(book_id=book.pk, now=now)

    assert not Book.objects.exists()
    assert not Copy.objects.exists()
    assert events() == [("book.deleted", {"book_id": book.pk, "withdrawn": False})]


def test_a_book_with_a_history_is_withdrawn(lent_once, now):
    services.withdraw_or_delete_book(book_id=lent_once.pk, now=now)

    lent_once.refresh_from_db()
    assert (lent_once.withdrawn_at, lent_once.version) == (now, 2)
    assert shelf(lent_once) == [("unavailable", "withdrawn")]
    assert events() == [("book.deleted", {"book_id": lent_once.pk, "withdrawn": True})]


@pytest.mark.parametrize("status", [Copy.Status.HELD, Copy.Status.ON_LOAN])
def test_a_book_in_use_is_not_deleted(status, now):
    copy = CopyFactory(status=status)

    with pytest.raises(services.BookInUse):
        services.withdraw_or_delete_book(book_id=copy.book_id, now=now)


def test_a_book_people_wait_for_is_not_deleted(now):
    book = BookFactory(waiting_count=1)

    with pytest.raises(services.BookInUse):
        services.withdraw_or_delete_book(book_id=book.pk, now=now)


def test_a_withheld_book_has_no_free_copy(now):
    book = BookFactory(copies=1)

    services.set_lendable(book_id=book.pk, is_lendable=False, now=now)

    assert services.first_free_copy(book.pk) is None
    assert events() == [
        ("book.availability_changed", {"book_id": book.pk, "free_copies": 0, "waiting": 0}),
        ("book.updated", {"book_id": book.pk, "version": 2}),
    ]


def test_holding_and_freeing_a_copy_changes_what_newcomers_see():
    book = BookFactory(copies=2)
    copy = services.first_free_copy(book.pk)

    services.hold_copy(copy.pk)
    services.lend_copy(copy.pk)
    services.free_copy(copy.pk)

    assert events() == [
        ("book.availability_changed", {"book_id": book.pk, "free_copies": 1, "waiting": 0}),
        ("book.availability_changed", {"book_id": book.pk, "free_copies": 2, "waiting": 0}),
    ]


@pytest.mark.parametrize(
    ("move", "status", "refusal"),
    [
        (services.hold_copy, Copy.Status.HELD, services.CopyNotFree),
        (services.hold_copy, Copy.Status.ON_LOAN, services.CopyNotFree),
        (services.lend_copy, Copy.Status.AVAILABLE, services.CopyNotOut),
        (services.free_copy, Copy.Status.AVAILABLE, services.CopyNotOut),
    ],
)
def test_a_copy_moves_only_along_its_life(move, status, refusal):
    copy = CopyFactory(status=status)

    with pytest.raises(refusal):
        move(copy.pk)


def test_the_queue_is_news_only_when_it_begins_or_ends():
    book = BookFactory()

    for count in (1, 2, 2, 0):
        services.queue_changed(book_id=book.pk, waiting=count)

    assert [payload["waiting"] for _name, payload in events()] == [1, 0]


def test_a_loan_is_counted_for_good_and_in_its_month():
    book = BookFactory()

    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)):
        services.record_loan(book.pk, on=day)

    book.refresh_from_db()
    assert book.loans_count == 3
    assert list(book.monthly_loans.order_by("month").values_list("month", "loans")) == [
        (date(2026, 10, 1), 1),
        (date(2026, 11, 1), 2),
    ]


def test_barcodes_are_numbered_and_checked():
    first, second = services.next_barcodes(2)

    assert (len(first), first[:2]) == (10, "LP")
    assert int(second[2:9]) == int(first[2:9]) + 1


def test_a_barcode_somebody_typed_in_is_not_given_again():
    (last,) = services.next_barcodes(1)
    taken = services.copies._barcode(int(last[2:9]) + 1)
    book = BookFactory()
    services.add_copy(book_id=book.pk, barcode=taken)

    assert services.add_copy(book_id=book.pk).barcode == services.copies._barcode(int(last[2:9]) + 2)


def test_two_copies_cannot_share_a_barcode():
    copy = CopyFactory()

    with pytest.raises(services.BarcodeTaken):
        services.add_copy(book_id=copy.book_id, barcode=copy.barcode)


def test_a_copy_goes_to_repair_and_comes_back():
    book = BookFactory(copies=1)
    copy = book.copies.get()

    services.mark_copy_unavailable(copy_id=copy.pk, reason="in_repair")
    in_repair = shelf(book)
    services.mark_copy_available_again(copy_id=copy.pk)

    assert (in_repair, shelf(book)) == ([("unavailable", "in_repair")], [("available", "")])
    assert [payload["free_copies"] for _name, payload in events()] == [0, 1]


@pytest.mark.parametrize("status", [Copy.Status.HELD, Copy.Status.ON_LOAN])
def test_a_copy_in_use_stays_as_it_is(status):
    copy = CopyFactory(status=status)

    with pytest.raises(services.CopyInUse):
        services.mark_copy_unavailable(copy_id=copy.pk, reason="lost")
    with pytest.raises(services.CopyInUse):
        services.remove_copy(copy_id=copy.pk)


def test_a_copy_with_a_history_is_withdrawn_and_another_deleted(lent_once):
    fresh = CopyFactory(book=lent_once)
    for copy in (lent_once.copies.first(), fresh):
        services.remove_copy(copy_id=copy.pk)

    assert shelf(lent_once) == [("unavailable", "withdrawn")]


def test_a_refused_change_leaves_no_trace(now):
    taken = BookFactory(isbn="9780575048003")
    book = BookFactory(title="Before")

    with pytest.raises(services.IsbnTaken), transaction.atomic():
        services.update_book(
            book_id=book.pk, changes={"title": "After", "authors": ["New One"], "isbn": taken.isbn}, now=now
        )

    book.refresh_from_db()
    assert (book.title, Author.objects.filter(name="New One").exists()) == ("Before", False)
