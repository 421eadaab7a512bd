"""Finding and locking a reservation in the one lock order: book, wallet, reservation."""

import books.services
import subscriptions.services
from library_portal.errors import NotFound
from reservations.models import Reservation


class ReservationNotFound(NotFound):
    pass


def lock_reservation(*, reservation_id: int) -> Reservation:
    """Lock the book, the patron's wallet and the reservation, and read it anew. Raises ReservationNotFound.

    One that has ended may have forgotten its book: nothing of it changes any more.
    """
    found = Reservation.objects.filter(pk=reservation_id).values("book_id", "user_id").first()
    if found is None:
        raise ReservationNotFound
    if found["book_id"] is not None:
        books.services.lock_book(book_id=found["book_id"])
    subscriptions.services.lock_wallet(user_id=found["user_id"])
    return Reservation.objects.select_for_update().get(pk=reservation_id)
