"""A patron who changes plan keeps the time of joining and moves to the new priority (rules.md, "PENDING")."""

from datetime import datetime

from django.db import transaction

import books.services
import subscriptions.queries
from reservations.models import Reservation, Status
from reservations.services.allocate import change_priority


def follow_plan(*, user_id: int, now: datetime) -> None:
    """Give the patron's places in all queues the priority of the current plan; one book's lock at a time.

    A place that a librarian moved, or that its patron gave up to the next reader, stays where it is.
    """
    priority = subscriptions.queries.current_plan(user_id=user_id, now=now).priority
    places = Reservation.objects.filter(user_id=user_id, status=Status.PENDING, is_moved=False)
    others = places.exclude(priority=priority)
    for book_id in others.order_by("pk").values_list("book_id", flat=True):
        with transaction.atomic(durable=True):
            books.services.lock_book(book_id=book_id)
            for place in others.filter(book_id=book_id):
                change_priority(place, priority)
