"""Handing a scanned copy to a reader: by hold, from the queue, or just like that; refused in words that help."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from books.models import Copy
from library_portal.audit.models import AuditEntry
from library_portal.errors import PortalError
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import HoldShelfPlace, Reservation, Status
from reservations.services import desk
from reservations.services.desk import Came, Outcome
from reservations.standing import Blocked, LimitReached, QuotaReached
from subscriptions.queries import wallet_of
from subscriptions.services import InsufficientFunds
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron
from tests.factories.requests import serving

pytestmark = pytest.mark.django_db


def barcodes(book) -> list[str]:
    return list(Copy.objects.filter(book=book).order_by("pk").values_list("barcode", flat=True))


def statuses(book) -> list[str]:
    return list(Copy.objects.filter(book=book).order_by("pk").values_list("status", flat=True))


def test_the_held_copy_is_checked_out_and_leaves_the_hold_shelf(now) -> None:
    reader, book = patron(), book_with_copies(1)
    held = reserved(reader, book, now)
    [barcode] = barcodes(book)
    desk.take_in(barcode=barcode, now=now)
    scanned = desk.lend(user_id=reader.pk, barcode=barcode, now=now)
    assert (scanned.outcome, scanned.came, scanned.reservation) == (Outcome.LENT, Came.BY_HOLD, held)
    assert (statuses(book), HoldShelfPlace.objects.count()) == (["on_loan"], 0)


def test_another_copy_of_the_book_takes_the_place_of_the_held_one(now) -> None:
    reader, book = patron(), book_with_copies(2)
    reserved(reader, book, now)
    scanned = desk.lend(user_id=reader.pk, barcode=barcodes(book)[1], now=now)
    assert (scanned.came, scanned.reservation.copy_id) == (Came.BY_HOLD, scanned.copy.pk)
    assert statuses(book) == ["available", "on_loan"]


def test_who_walks_in_has_the_book_at_once_and_pays_for_it(now) -> None:
    reader, book = patron(balance="5.00"), book_with_copies(1)
    [barcode] = barcodes(book)
    scanned = desk.lend(user_id=reader.pk, barcode=barcode.lower(), days=3, now=now)
    loan = Reservation.objects.get()
    assert (scanned.came, loan.status, loan.paid, loan.days) == (Came.BY_WALKING_IN, Status.ACTIVE, Decimal("0.30"), 3)
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.70")
    names = ["reservation.created", "reservation.ready", "reservation.checked_out"]
    assert (
        list(OutboxEvent.objects.filter(name__startswith="reservation.").order_by("pk").values_list("name", flat=True))
        == names
    )


def test_who_waits_and_is_the_first_eligible_has_the_copy_on_the_shelf(now) -> None:
    reader, book = patron(plan="PLUS"), book_with_copies(1)
    poor = patron(plan="PREMIUM", balance="0")
    loan = lent(patron(), book, now)
    for waits in (poor, reader):
        reserved(waits, book, now)
    Reservation.objects.filter(pk=loan.pk).update(status=Status.COMPLETED, closed_at=now)
    Copy.objects.filter(book=book).update(status="available")
    scanned = desk.lend(user_id=reader.pk, barcode=barcodes(book)[0], now=now)
    assert (scanned.came, scanned.reservation.status) == (Came.BY_QUEUE, Status.ACTIVE)


def test_a_newcomer_does_not_overtake_who_waits_and_is_eligible(now) -> None:
    book, waits = book_with_copies(1), patron()
    loan = lent(patron(), book, now)
    reserved(waits, book, now)
    Reservation.objects.filter(pk=loan.pk).update(status=Status.COMPLETED, closed_at=now)
    Copy.objects.filter(book=book).update(status="available")
    with pytest.raises(desk.SomebodyIsNext) as refusal:
        desk.lend(user_id=patron().pk, barcode=barcodes(book)[0], now=now)
    assert refusal.value.extra == {"user_id": waits.pk}


def test_a_hold_that_has_run_out_is_ended_and_the_reader_walks_in(now) -> None:
    reader, book = patron(plan="PLUS", balance="5.00"), book_with_copies(1)
    over = reserved(reader, book, now)
    later = now + timedelta(hours=49)
    scanned = desk.lend(user_id=reader.pk, barcode=barcodes(book)[0], now=later)
    over.refresh_from_db()
    assert (over.status, scanned.came, scanned.reservation.status) == (Status.EXPIRED, Came.BY_WALKING_IN, "active")


def test_what_the_reader_has_already_is_said_and_changes_nothing(now) -> None:
    reader, book = patron(), book_with_copies(2)
    loan = lent(reader, book, now)
    for barcode in barcodes(book):
        scanned = desk.lend(user_id=reader.pk, barcode=barcode, now=now)
        assert (scanned.outcome, scanned.reservation) == (Outcome.HAS_IT, loan)
    assert statuses(book) == ["on_loan", "available"]


@pytest.mark.parametrize(
    ("status", "reason", "refusal"),
    [
        ("unavailable", "lost", desk.CopyIsLost),
        ("unavailable", "in_repair", desk.CopyUnavailable),
        ("unavailable", "withdrawn", desk.CopyUnavailable),
    ],
)
def test_what_is_not_on_the_shelf_is_not_lent(now, status: str, reason: str, refusal: type[PortalError]) -> None:
    book = book_with_copies(1)
    Copy.objects.filter(book=book).update(status=status, reason=reason)
    with pytest.raises(refusal):
        desk.lend(user_id=patron().pk, barcode=barcodes(book)[0], now=now)


def test_a_copy_that_is_anothers_is_refused_with_who_has_it(now) -> None:
    holder, book = patron(), book_with_copies(1)
    [barcode], other = barcodes(book), patron()
    reserved(holder, book, now)
    with pytest.raises(desk.HeldForSomebodyElse) as held:
        desk.lend(user_id=other.pk, barcode=barcode, now=now, overridden=["limit_reached"], reason="asks nicely")
    desk.lend(user_id=holder.pk, barcode=barcode, now=now)
    with pytest.raises(desk.OutToSomebodyElse) as out:
        desk.lend(user_id=other.pk, barcode=barcode, now=now)
    assert [one.value.extra["user_id"] for one in (held, out)] == [holder.pk, holder.pk]


def test_an_unknown_barcode_and_a_book_that_is_not_lent_are_refused(now) -> None:
    book = book_with_copies(1)
    book.is_lendable = False
    book.save()
    with pytest.raises(services.BookUnavailable):
        desk.lend(user_id=patron().pk, barcode=barcodes(book)[0], now=now)
    with pytest.raises(desk.UnknownBarcode):
        desk.lend(user_id=patron().pk, barcode="nothing", now=now)


def test_a_block_is_set_aside_with_a_reason_that_is_kept(now) -> None:
    reader, librarian = patron(plan="PLUS"), patron()
    lent(reader, book_with_copies(1), now)
    late, book = now + timedelta(days=10), book_with_copies(1)
    ask = {"user_id": reader.pk, "barcode": barcodes(book)[0], "now": late}
    with pytest.raises(Blocked):
        desk.lend(**ask)
    with pytest.raises(desk.ReasonMissing):
        desk.lend(**ask, overridden=["blocked"], reason=" ")
    with serving(librarian):
        desk.lend(**ask, overridden=["blocked"], reason="brings it tomorrow")
    [entry] = AuditEntry.objects.filter(action="reservation_changed", details__what="check_out")
    assert (entry.who, entry.whom, entry.details["reason"]) == (librarian, reader, "blocked: brings it tomorrow")


def test_librarians_who_set_a_rule_aside_for_themselves_are_written_down_too(now) -> None:
    reader, book = patron(), book_with_copies(1)
    lent(reader, book_with_copies(1), now)
    with serving(reader):
        desk.lend(
            user_id=reader.pk,
            barcode=barcodes(book)[0],
            now=now,
            overridden=["limit_reached", "quota_reached"],
            reason="own",
        )
    assert AuditEntry.objects.get(details__what="check_out").details["reason"] == "limit_reached, quota_reached: own"


def test_limit_and_quota_are_refused_one_after_the_other(now) -> None:
    reader, book = patron(), book_with_copies(1)
    lent(reader, book_with_copies(1), now)
    ask = {"user_id": reader.pk, "barcode": barcodes(book)[0], "now": now}
    with pytest.raises(LimitReached):
        desk.lend(**ask)
    with pytest.raises(QuotaReached):
        desk.lend(**ask, overridden=["limit_reached"], reason="a guest of honour")


def test_money_is_never_lent(now) -> None:
    poor, book = patron(balance="0.20"), book_with_copies(1)
    ask = {"user_id": poor.pk, "barcode": barcodes(book)[0], "now": now}
    with pytest.raises(InsufficientFunds, match=r"\$0.50 is missing"):
        desk.lend(**ask)
    with pytest.raises(desk.OverrideNotPossible):
        desk.lend(**ask, overridden=["insufficient_funds"], reason="will pay")


def test_the_copy_that_is_not_needed_goes_to_the_next_reader(now) -> None:
    """The reader takes the copy of the shelf; the held one becomes free for who waits."""
    reader, waits, book = patron(), patron(), book_with_copies(1)
    reserved(reader, book, now)
    waiting = reserved(waits, book, now)
    another = Copy.objects.create(book=book, barcode="another")
    desk.lend(user_id=reader.pk, barcode=another.barcode, now=now)
    waiting.refresh_from_db()
    assert (waiting.status, statuses(book)) == (Status.READY, ["held", "on_loan"])


def test_a_dry_run_says_the_same_and_leaves_no_trace(now) -> None:
    reader, book = patron(balance="5.00"), book_with_copies(1)
    before = OutboxEvent.objects.count()
    scanned = desk.lend(user_id=reader.pk, barcode=barcodes(book)[0], now=now, dry_run=True)
    assert (scanned.outcome, scanned.reservation.paid) == (Outcome.LENT, Decimal("0.70"))
    left = (statuses(book), Reservation.objects.count(), OutboxEvent.objects.count())
    assert left == (["available"], 0, before)
    assert wallet_of(user_id=reader.pk).balance == Decimal("5.00")


def test_today_is_the_first_day_of_the_loan() -> None:
    reader, book = patron(), book_with_copies(1)
    scanned = desk.lend(user_id=reader.pk, barcode=barcodes(book)[0], now=timezone.now())
    assert scanned.reservation.starts_on == timezone.localdate()
