"""Queues of any length, written straight into the tables: nobody has a wallet, so nobody is eligible."""

from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import F

from accounts.models import User
from books.models import Book
from reservations.models import Reservation, Status
from tests.factories.lending import numbers
from tests.factories.people import patron

# Many share a priority and many an instant, so that all three parts of the order matter.
PRIORITY = "(line.number::bigint * 7919 %% 3)"
QUEUED_AT = "%s + interval '1 microsecond' * (line.number::bigint * 104729 %% (%s / 2 + 1))"


def line_of(book: Book, count: int, *, now: datetime) -> None:
    """So many patrons begin to wait for the book; their priorities and times are mixed, in the same way each time."""
    name, place = f"line-{next(numbers)}-", Reservation(user=patron(balance="0"), book=book, days=7)
    _repeat(place.user, count, {"username": ("%s || line.number", [name]), "email": ("NULL", [])})
    ids = list(User.objects.filter(username__startswith=name).order_by("pk").values_list("pk", flat=True))
    place.save()
    times = (QUEUED_AT, [now, count])
    _repeat(
        place,
        count,
        {
            "user_id": ("(%s::bigint[])[line.number]", [ids]),
            "priority": (PRIORITY, []),
            "is_moved": ("TRUE", []),  # their plans would have them elsewhere
            "joined_at": times,
            "queued_at": times,
        },
    )
    place.delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reservations_reservation, accounts_user")
    waiting = Reservation.objects.filter(book=book, status=Status.PENDING).count()
    Book.objects.filter(pk=book.pk).update(waiting_count=waiting, queue_version=F("queue_version") + 1)


def _repeat(row: models.Model, count: int, different: dict[str, tuple[str, list[Any]]]) -> None:
    """Copy the row so many times; `different` are the expressions of columns that the copies have to themselves."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    expressions = [different.get(column, (f"model.{column}", [])) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(sql for sql, _values in expressions)} "
            f"FROM {table} AS model, generate_series(1, %s) AS line(number) WHERE model.id = %s ORDER BY line.number",
            [value for _sql, values in expressions for value in values] + [count, row.pk],
        )
