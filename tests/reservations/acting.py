"""What staff do to reservations in the admin, as a person would: the page of an act, filled in and sent."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from books.models import Book
from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

LIST = "/admin/reservations/reservation/"
WHY = {"reason": "Found on a shelf"}


def hold(reader=None, book: Book | None = None, days: int = 7) -> Reservation:
    """Held now; waiting when nothing is free."""
    reader, book = reader or patron(plan="PLUS"), book or book_with_copies(1, title="Emma", price="20")
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=days, join_queue=True, now=timezone.now())


def lend(reader=None, book: Book | None = None) -> Reservation:
    return services.check_out(reservation_id=hold(reader, book).pk, now=timezone.now())


def late(loan: Reservation, days: int) -> Reservation:
    """As if it had been due so many days ago."""
    today = timezone.localdate()
    Reservation.objects.filter(pk=loan.pk).update(
        starts_on=today - timedelta(days=days + 7), due_on=today - timedelta(days=days)
    )
    loan.refresh_from_db()
    return loan


def address(slug: str, *chosen: Reservation) -> str:
    return f"{LIST}act/{slug}/?ids={','.join(str(one.pk) for one in chosen)}"


def foreseen(desk: Client, slug: str, *chosen: Reservation) -> list[str]:
    return [row["will"] or f"Refused: {row['refusal']}" for row in desk.get(address(slug, *chosen)).context["rows"]]


def rows(*chosen: Reservation) -> list[str]:
    return [f"{one.pk}:{one.step}" for one in chosen]


def act(desk: Client, slug: str, *chosen: Reservation, **given: str) -> list[str]:
    """Fills in the page; the messages that come of it, without the numbers in front."""
    answer = desk.post(address(slug, *chosen), {"row": rows(*chosen), **given}, follow=True)
    return [str(message).partition(": ")[2] for message in answer.context["messages"]]
