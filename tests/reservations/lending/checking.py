"""What must be true after each step of lending, by rules.py on the plain rows."""

from collections import Counter
from decimal import Decimal

from django.utils import timezone

from reservations.models import Reservation
from tests.reservations.lending import rules
from tests.reservations.lending.facts import Facts


def check_step(before: Facts, after: Facts) -> None:
    check_copies(after)
    check_wallets(after)
    check_limits(after)
    for reservation in after.reservations.values():
        check_change(before.reservations.get(reservation.pk), reservation, after)
    for book_id in after.books:
        check_nobody_waits_in_vain(book_id, after)


def check_copies(after: Facts) -> None:
    """No copy twice."""
    taken = Counter(one.copy_id for one in after.reservations.values() if one.status in ("ready", "active"))
    assert set(taken.values()) <= {1}, "two have the same copy"
    wanted = {"ready": "held", "active": "on_loan"}
    has = {one.copy_id: wanted[one.status] for one in after.reservations.values() if one.status in wanted}
    for copy in after.copies.values():
        assert (copy.status in ("held", "on_loan")) == (copy.pk in has), f"copy {copy.pk} is {copy.status}"
        assert copy.pk not in has or copy.status == has[copy.pk]


def check_wallets(after: Facts) -> None:
    """Ledger = balance, never below zero."""
    sums: dict[int, Decimal] = dict.fromkeys(after.balances, Decimal(0))
    for entry in after.entries:
        sums[entry.wallet.user_id] += entry.amount
        assert entry.balance_after == sums[entry.wallet.user_id] >= 0
    assert sums == after.balances


def check_limits(after: Facts) -> None:
    """Who was given a copy in this step had the right to it: nothing else happens in the same instant."""
    for user_id in after.balances:
        patron = after.patron(user_id)
        newest = [
            one
            for one in after.reservations.values()
            if one.user_id == user_id and one.status == "ready" and one.ready_at == after.now and one.step <= 1
        ]
        limits = rules.PLANS[patron.plan]
        if newest:
            assert patron.copies <= limits.copies, f"{patron.copies} copies on {patron.plan}"
            assert limits.holds is None or patron.holds_in_7_days <= limits.holds


def check_change(before: Reservation | None, after: Reservation, world: Facts) -> None:
    status = before.status if before else None
    assert after.status in rules.NEXT[status] or status == "pending" or status is None, f"{status} → {after.status}"
    if after.status == "ready" and status in (None, "pending"):
        check_hold(after, world)
    if after.status == "completed" and status == "active":
        check_end(after, world)
    if after.status in ("cancelled", "expired"):
        assert after.refunded == after.paid
    if after.status == "pending":
        assert (after.paid, after.copy_id) == (0, None)


def check_hold(held: Reservation, world: Facts) -> None:
    """Price = rule, with the discount that the patron had; nobody ahead could have had the copy."""
    patron = world.patron(held.user_id, without=held.pk)
    fee = world.books[held.book_id].daily_fee
    assert held.price == held.paid == rules.price(fee, held.days, patron.percent), "the price is not the rule's"
    assert held.days <= rules.PLANS[patron.plan].days
    assert held.hold_until - held.ready_at >= timezone.timedelta(hours=48)
    ahead = [one for one in world.queue(held.book_id) if place(one) < place(held)]
    assert not [one.pk for one in ahead if world.may_have(one)], "somebody eligible was overtaken"


def check_end(ended: Reservation, world: Facts) -> None:
    """Early: days not used come back. Late: a fee. Lost: the rest of the book's price."""
    book, day = world.books[ended.book_id], timezone.localdate(ended.closed_at)
    late = rules.late_fee(book.daily_fee, book.price, ended.due_on, day)
    assert ended.late_fee == late, "the late fee is not the rule's"
    if ended.lost_on is None:
        used = (day - ended.starts_on).days
        assert ended.refunded == rules.early_refund(ended.paid, ended.days, used), "the refund is not the rule's"
    else:
        cap = Decimal(20) if book.price is None else book.price
        assert (ended.refunded, ended.lost_fee) == (0, cap - late)


def check_nobody_waits_in_vain(book_id: int, after: Facts) -> None:
    """Everything has been delivered: a copy on the shelf means that nobody waiting could have it."""
    if any(copy.book_id == book_id and copy.status == "available" for copy in after.copies.values()):
        waiting = [one.pk for one in after.queue(book_id) if after.may_have(one)]
        assert not waiting, f"{waiting} wait beside a free copy"


def place(reservation: Reservation) -> tuple[int, object, int]:
    return (-reservation.priority, reservation.queued_at, reservation.pk)
