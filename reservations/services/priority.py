"""A patron who changes plan keeps the time of joining and moves to the new priority (rules.md, "PENDING")."""

from datetime import datetime

from django.db import transaction

import books.services
import subscriptions.queries
from reservations.models import Reservation, Status
from reservations.services.looking import change_priority


def follow_plan(*, user_id: int, now: datetime) -> None:
    """Give the patron's places in all queues the priority of the current plan; one book's lock at a time.

    A place that a librarian moved, or that its patron gave up to the next reader, stays where it is. The plan is asked
    for under each book's lock: of two changes at once, whoever comes last to a queue follows the newer one.
    """
    places = Reservation.objects.filter(user_id=user_id, status=Status.PENDING, is_moved=False)
    for book_id in places.order_by("pk").values_list("book_id", flat=True):
        with transaction.atomic(durable=True):
            books.services.lock_book(book_id=book_id)
            priority = subscriptions.queries.current_plan(user_id=user_id, now=now).priority
            for place in places.filter(book_id=book_id).exclude(priority=priority):
                change_priority(place, priority)
