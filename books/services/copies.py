"""The copies of a book: their barcodes, and whether they can be lent at all."""

from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _
from stdnum import luhn

from books.models import Copy
from books.services.circulation import availability_changed, lock_book
from library_portal.errors import InvalidInput, NotFound, PortalError


class CopyNotFound(NotFound):
    title = _("There is no such copy.")


class CopyInUse(PortalError):
    code = "conflict"
    status = 409
    title = _("This copy is held for a patron or on loan.")


class BarcodeTaken(InvalidInput):
    title = _("Another copy has this barcode.")

    def __init__(self) -> None:
        super().__init__(errors={"barcode": [self.title]})


def next_barcodes(count: int) -> list[str]:
    """Barcodes nobody has: LP, a running number of at least seven digits, a check digit (Luhn)."""
    free: list[str] = []
    while len(free) < count:
        drawn = [_barcode(number) for number in _draw_numbers(count - len(free))]
        taken = set(Copy.objects.filter(barcode__in=drawn).values_list("barcode", flat=True))
        free += [barcode for barcode in drawn if barcode not in taken]
    return free


def _draw_numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('copy_barcode') FROM generate_series(1, %s)", [count])
        return [number for (number,) in cursor.fetchall()]


def _barcode(number: int) -> str:
    digits = f"{number:07d}"
    return f"LP{digits}{luhn.calc_check_digit(digits)}"


def add_copy(*, book_id: int, barcode: str = "") -> Copy:
    """A new copy on the shelf, with the next free barcode unless it brings one.

    Raises BookNotFound, BarcodeTaken.
    """
    return add_copies(book_id=book_id, barcodes=[barcode or next_barcodes(1)[0]])[0]


@transaction.atomic
def add_copies(*, book_id: int, barcodes: Sequence[str]) -> list[Copy]:
    """New copies on the shelf. Raises BookNotFound, BarcodeTaken."""
    lock_book(book_id)
    try:
        with transaction.atomic():
            copies = Copy.objects.bulk_create(Copy(book_id=book_id, barcode=barcode) for barcode in barcodes)
    except IntegrityError as error:
        raise BarcodeTaken from error
    availability_changed(book_id)
    return copies


@transaction.atomic
def change_copy(*, copy_id: int, barcode: str = "", status: str = "", reason: str = "") -> None:
    """All that is asked, or nothing. Raises CopyNotFound, CopyInUse, BarcodeTaken."""
    copy = _lock_copy(copy_id)
    if barcode and barcode != copy.barcode:
        change_barcode(copy_id=copy_id, barcode=barcode)
    if status == Copy.Status.UNAVAILABLE:
        mark_copy_unavailable(copy_id=copy_id, reason=reason)
    elif status == Copy.Status.AVAILABLE:
        mark_copy_available_again(copy_id=copy_id)


@transaction.atomic
def change_barcode(*, copy_id: int, barcode: str) -> Copy:
    """Raises CopyNotFound, BarcodeTaken."""
    copy = _lock_copy(copy_id)
    copy.barcode = barcode
    try:
        with transaction.atomic():
            copy.save(update_fields=["barcode"])
    except IntegrityError as error:
        raise BarcodeTaken from error
    return copy


@transaction.atomic
def mark_copy_unavailable(*, copy_id: int, reason: str) -> Copy:
    """Takes a copy off the shelf, or says another reason why it is off. Raises CopyNotFound, CopyInUse."""
    copy = _lock_copy(copy_id)
    _refuse_in_use(copy)
    if copy.reason != reason:
        _set_status(copy, Copy.Status.UNAVAILABLE, reason)
    return copy


@transaction.atomic
def mark_copy_available_again(*, copy_id: int) -> Copy:
    """Puts an unavailable copy back on the shelf; one that is there stays. Raises CopyNotFound, CopyInUse."""
    copy = _lock_copy(copy_id)
    _refuse_in_use(copy)
    if copy.status != Copy.Status.AVAILABLE:
        _set_status(copy, Copy.Status.AVAILABLE, "")
    return copy


@transaction.atomic
def remove_copy(*, copy_id: int) -> None:
    """Deletes a copy that was never lent; one with a history is withdrawn. Raises CopyNotFound, CopyInUse."""
    copy = _lock_copy(copy_id)
    _refuse_in_use(copy)
    try:
        copy.delete()
    except ProtectedError:
        _set_status(copy, Copy.Status.UNAVAILABLE, Copy.Reason.WITHDRAWN)
    else:
        availability_changed(copy.book_id)


def _lock_copy(copy_id: int) -> Copy:
    """The copy as it is once its book is locked."""
    book_id = Copy.objects.filter(pk=copy_id).values_list("book_id", flat=True).first()
    if book_id is None:
        raise CopyNotFound
    lock_book(book_id)
    copy = Copy.objects.filter(pk=copy_id).first()
    if copy is None:
        raise CopyNotFound
    return copy


def _refuse_in_use(copy: Copy) -> None:
    if copy.status in (Copy.Status.HELD, Copy.Status.ON_LOAN):
        raise CopyInUse


def _set_status(copy: Copy, status: Copy.Status, reason: str) -> None:
    copy.status, copy.reason = status, reason
    copy.save(update_fields=["status", "reason"])
    availability_changed(copy.book_id)
