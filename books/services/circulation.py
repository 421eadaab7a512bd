"""What lending does to a book and its copies. The caller's transaction holds the book's row as the lock."""

from datetime import date

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from books import caches
from books.events import BookAvailabilityChanged
from books.models import Book, Copy, MonthlyLoans
from books.queries import BookNotFound
from library_portal.errors import PortalError
from library_portal.outbox import record


class CopyNotFree(PortalError):
    code = "unavailable"
    status = 409
    title = _("This copy is not on the shelf.")


class CopyNotOut(PortalError):
    code = "conflict"
    status = 409
    title = _("This copy is neither held nor on loan.")


def lock_book(book_id: int) -> Book:
    """The book, locked until the end of the caller's transaction. Raises BookNotFound."""
    book = Book.objects.select_for_update(of=("self",), no_key=True).filter(pk=book_id).first()
    if book is None:
        raise BookNotFound
    return book


def first_free_copy(book_id: int) -> Copy | None:
    """A copy that can be held now; None also when the book is not lent or is withdrawn."""
    return _free(book_id).order_by("pk").first()


def free_copies(book_id: int) -> int:
    return _free(book_id).count()


def _free(book_id: int):  # type: ignore[no-untyped-def]
    return Copy.objects.filter(
        book=book_id, status=Copy.Status.AVAILABLE, book__is_lendable=True, book__withdrawn_at=None
    )


def hold_copy(copy_id: int) -> None:
    """Puts a copy aside for a patron. Raises CopyNotFree."""
    copy = _move(copy_id, before=[Copy.Status.AVAILABLE], after=Copy.Status.HELD, refusal=CopyNotFree)
    availability_changed(copy.book_id)


def lend_copy(copy_id: int) -> None:
    """Hands a held copy out; newcomers see no difference. Raises CopyNotOut."""
    _move(copy_id, before=[Copy.Status.HELD], after=Copy.Status.ON_LOAN, refusal=CopyNotOut)


def take_back_lending(copy_id: int, *, book_id: int, lent_on: date) -> None:
    """A check-out was a mistake: the copy is held again, and the loan is not counted. Raises CopyNotOut."""
    _move(copy_id, before=[Copy.Status.ON_LOAN], after=Copy.Status.HELD, refusal=CopyNotOut)
    Book.objects.filter(pk=book_id, loans_count__gt=0).update(loans_count=F("loans_count") - 1)
    this_month = MonthlyLoans.objects.filter(book_id=book_id, month=lent_on.replace(day=1), loans__gt=0)
    this_month.update(loans=F("loans") - 1)


def lend_again(copy_id: int) -> None:
    """A return was a mistake: the copy is still out. Raises CopyNotFree when somebody has it by now."""
    copy = _move(copy_id, before=[Copy.Status.AVAILABLE], after=Copy.Status.ON_LOAN, refusal=CopyNotFree)
    availability_changed(copy.book_id)


def lose_copy(copy_id: int) -> None:
    """A lent copy will not come back. Raises CopyNotOut."""
    copy = _move(
        copy_id, before=[Copy.Status.ON_LOAN], after=Copy.Status.UNAVAILABLE, refusal=CopyNotOut, reason="lost"
    )
    availability_changed(copy.book_id)


def free_copy(copy_id: int) -> None:
    """Puts a held or lent copy back on the shelf. Raises CopyNotOut."""
    copy = _move(
        copy_id,
        before=[Copy.Status.HELD, Copy.Status.ON_LOAN],
        after=Copy.Status.AVAILABLE,
        refusal=CopyNotOut,
    )
    availability_changed(copy.book_id)


def _move(
    copy_id: int, *, before: list[Copy.Status], after: Copy.Status, refusal: type[PortalError], reason: str = ""
) -> Copy:
    if not Copy.objects.filter(pk=copy_id, status__in=before).update(status=after, reason=reason):
        raise refusal
    return Copy.objects.get(pk=copy_id)


def queue_changed(book_id: int, *, waiting: int | None) -> int:
    """Keeps the length of the waiting queue beside the book: its status is read without asking the queue.

    None: as many as before wait, in another order. Returns the queue's new version. Needs the book's lock.
    """
    before, version = Book.objects.values_list("waiting_count", "queue_version").get(pk=book_id)
    waiting = before if waiting is None else waiting
    Book.objects.filter(pk=book_id).update(waiting_count=waiting, queue_version=version + 1)
    if (before == 0) != (waiting == 0):
        availability_changed(book_id)
    elif before != waiting:
        caches.renew_on_commit(book_id)
    return version + 1


def record_loan(book_id: int, *, on: date) -> None:
    """Counts a loan that began on this day, for good and in its month."""
    Book.objects.filter(pk=book_id).update(loans_count=F("loans_count") + 1)
    month, _created = MonthlyLoans.objects.get_or_create(book_id=book_id, month=on.replace(day=1))
    MonthlyLoans.objects.filter(pk=month.pk).update(loans=F("loans") + 1)


def availability_changed(book_id: int) -> None:
    """Tells everybody concerned, once the caller's transaction is through."""
    waiting = Book.objects.values_list("waiting_count", flat=True).get(pk=book_id)
    record(BookAvailabilityChanged(book_id=book_id, free_copies=free_copies(book_id), waiting=waiting))
    caches.renew_on_commit(book_id)
