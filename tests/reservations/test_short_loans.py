"""Books that many wait for go out for a shorter time (settings `SHORT_LOAN_WAITING_PER_COPY` and `SHORT_LOAN_DAYS`)."""

from datetime import date
from decimal import Decimal

import pytest

from books.models import Book, Copy
from reservations import queries, services
from reservations.models import Reservation, Status
from reservations.short_loans import cut, short_loan_days
from reservations.standing import DurationTooLong
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_per_copy_make_it_five_days(settings) -> None:
    settings.SHORT_LOAN_WAITING_PER_COPY, settings.SHORT_LOAN_DAYS = 3, 5


def reserve(book: Book, now, days: int = 14) -> Reservation:
    user = patron(plan="PREMIUM")
    return services.reserve(user_id=user.pk, book_id=book.pk, days=days, join_queue=True, now=now)


def waited_for(now, *, waiting: int, copies: int = 1) -> tuple[list[Reservation], list[Reservation]]:
    """A book with all copies held and so many waiting: the holds and the places, in order."""
    book = book_with_copies(copies)
    return [reserve(book, now) for _ in range(copies)], [reserve(book, now) for _ in range(waiting)]


def next_hold(held: Reservation, now) -> Reservation:
    """Who has the copy after this one gives it up."""
    services.cancel(reservation_id=held.pk, now=now)
    return Reservation.objects.get(copy_id=held.copy_id, status=Status.READY)


@pytest.mark.parametrize(
    ("wanted", "plan_days", "short_loan", "days"),
    [(14, 14, None, 14), (14, 14, 5, 5), (3, 14, 5, 3), (14, 7, None, 7), (14, 3, 5, 3)],
)
def test_the_shortest_of_wish_plan_and_rule_counts(
    wanted: int, plan_days: int, short_loan: int | None, days: int
) -> None:
    assert cut(wanted, plan_days=plan_days, short_loan=short_loan) == days


@pytest.mark.parametrize(
    ("copies", "waiting", "newcomer", "next_one"),
    [(1, 2, None, None), (1, 3, 5, None), (1, 4, 5, 5), (2, 5, None, None), (2, 6, 5, None), (2, 7, 5, 5)],
)
def test_the_rule_begins_with_so_many_others_waiting_per_copy(
    now, copies: int, waiting: int, newcomer: int | None, next_one: int | None
) -> None:
    """Whoever is next in the queue is not one of the others."""
    [held, *_more], _places = waited_for(now, waiting=waiting, copies=copies)
    book_id = held.remembered_book_id
    assert short_loan_days(book_id=book_id) == newcomer
    assert short_loan_days(book_id=book_id, in_queue=True) == next_one


def test_copies_that_cannot_be_lent_do_not_count(now) -> None:
    [held, other], _places = waited_for(now, waiting=4, copies=2)
    assert short_loan_days(book_id=held.remembered_book_id) is None
    Copy.objects.filter(pk=other.copy_id).update(status=Copy.Status.UNAVAILABLE, reason="lost")
    assert short_loan_days(book_id=held.remembered_book_id) == 5


def test_a_hold_is_cut_and_costs_what_it_is_cut_to(now) -> None:
    [held], [_first, *_others] = waited_for(now, waiting=4)
    cut_short = next_hold(held, now)
    assert (cut_short.days, cut_short.price) == (5, Decimal("0.40"))  # 0.10 × 5 × 0.8
    assert wallet_of(user_id=cut_short.user_id).balance == Decimal("49.60")
    lent = services.check_out(reservation_id=cut_short.pk, now=now)
    assert lent.due_on == date(2026, 11, 7)


def test_with_fewer_waiting_the_next_has_it_for_the_whole_time(now) -> None:
    [held], _places = waited_for(now, waiting=3)
    assert next_hold(held, now).days == 14


def test_the_limit_is_looked_at_when_the_copy_is_held_not_when_joining(now) -> None:
    [held], places = waited_for(now, waiting=4)
    assert {Reservation.objects.get(pk=place.pk).days for place in places} == {14}
    assert [next_hold(held, now).days, next_hold(next_hold(held, now), now).days] == [5, 14]


def test_nobody_is_left_without_a_copy_because_the_whole_time_would_cost_too_much(now) -> None:
    """$0.40 for five days can be paid, $1.12 for fourteen can't."""
    book = book_with_copies(1)
    held, poor = reserve(book, now), patron(plan="PREMIUM", balance="0.50")
    place = services.reserve(user_id=poor.pk, book_id=book.pk, days=14, join_queue=True, now=now)
    for _ in range(3):
        reserve(book, now)
    assert next_hold(held, now).pk == place.pk


def test_a_hold_is_not_made_longer_than_the_rule_allows(now) -> None:
    [held], _places = waited_for(now, waiting=4)
    cut_short = next_hold(held, now)
    with pytest.raises(DurationTooLong, match=r"Many wait for this book: it goes out for 5 days at most\."):
        services.change_days(reservation_id=cut_short.pk, days=6, now=now)
    assert services.change_days(reservation_id=cut_short.pk, days=4, now=now).days == 4


def test_for_a_hold_all_who_wait_are_others(now) -> None:
    [held], _places = waited_for(now, waiting=3)
    with pytest.raises(DurationTooLong):
        services.change_days(reservation_id=held.pk, days=6, now=now)


def test_a_place_may_wish_for_any_days(now) -> None:
    _held, [place, *_others] = waited_for(now, waiting=4)
    assert services.change_days(reservation_id=place.pk, days=13, now=now).days == 13


def test_the_quote_tells_it_before_joining(now) -> None:
    [held], _places = waited_for(now, waiting=3)
    reader = patron(plan="PREMIUM")
    quote = queries.quote(user_id=reader.pk, book_id=held.remembered_book_id, days=None, now=now)
    assert (quote.short_loan_days, quote.days, quote.price) == (5, 5, Decimal("0.40"))


def test_zero_turns_the_rule_off(now, settings) -> None:
    settings.SHORT_LOAN_WAITING_PER_COPY = 0
    [held], _places = waited_for(now, waiting=4)
    assert short_loan_days(book_id=held.remembered_book_id) is None
    assert next_hold(held, now).days == 14


def test_however_many_wait_no_more_are_counted_than_matter(now, django_assert_num_queries) -> None:
    [held], _places = waited_for(now, waiting=4)
    with django_assert_num_queries(2) as queries_made:
        short_loan_days(book_id=held.remembered_book_id)
    assert "LIMIT 3" in queries_made.captured_queries[1]["sql"]


def test_where_few_wait_nobody_is_counted(now, django_assert_num_queries) -> None:
    [held], _places = waited_for(now, waiting=2)
    with django_assert_num_queries(1):
        assert short_loan_days(book_id=held.remembered_book_id) is None
