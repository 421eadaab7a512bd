"""Finding and locking a reservation in the one lock order: book, wallet, reservation."""

from django.utils.translation import gettext_lazy as _

import books.services
import subscriptions.services
from library_portal.errors import NotFound
from reservations.models import Reservation
from reservations.standing import ReservationError


class ReservationNotFound(NotFound):
    pass


class ChangedMeanwhile(ReservationError):
    title = _("Something else has happened to this reservation meanwhile.")


def lock_reservation(*, reservation_id: int, step: int | None = None) -> Reservation:
    """Lock the book, the patron's wallet and the reservation, and read it anew.

    One that has ended may have forgotten its book: nothing of it changes any more. Raises ReservationNotFound;
    ChangedMeanwhile when it is no longer at this `step`.
    """
    found = Reservation.objects.filter(pk=reservation_id).values("book_id", "user_id").first()
    if found is None:
        raise ReservationNotFound
    if found["book_id"] is not None:
        books.services.lock_book(book_id=found["book_id"])
    subscriptions.services.lock_wallet(user_id=found["user_id"])
    reservation = Reservation.objects.select_for_update().get(pk=reservation_id)
    if step not in (None, reservation.step):
        raise ChangedMeanwhile
    return reservation
