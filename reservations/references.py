"""The ledger names reservations; here is which book each was about."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from reservations.models import Reservation
from subscriptions.references import Meaning, describes


@describes("reservation", "lost-copy")
def books_of(reservation_ids: Collection[int]) -> Mapping[int, Meaning]:
    """Titles of those that are remembered."""
    remembered = Reservation.objects.filter(pk__in=reservation_ids, book__isnull=False)
    return {
        pk: Meaning(title, reverse("book", args=[book_id]))
        for pk, book_id, title in remembered.values_list("pk", "book_id", "book__title")
    }
