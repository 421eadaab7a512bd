"""Books with copies, and reservations in the state that a test starts from."""

from datetime import datetime
from decimal import Decimal
from itertools import count

from accounts.models import User
from books.models import Author, Authorship, Book, Copy
from reservations import services
from reservations.models import Reservation

numbers = count(1)


def book_with_copies(copies: int = 1, *, title: str = "", daily_fee: str = "0.10", price: str | None = None) -> Book:
    number = next(numbers)
    book = Book.objects.create(
        title=title or f"Book {number}", daily_fee=Decimal(daily_fee), price=price and Decimal(price)
    )
    author, _ = Author.objects.get_or_create(name="Some Author")
    Authorship.objects.create(book=book, author=author)
    Copy.objects.bulk_create(Copy(book=book, barcode=f"T{number:05}-{place}") for place in range(copies))
    return book


def reserved(user: User, book: Book, now: datetime, days: int = 7) -> Reservation:
    """Held where a copy is free, else waiting."""
    return services.reserve(user_id=user.pk, book_id=book.pk, days=days, join_queue=True, now=now)


def lent(user: User, book: Book, now: datetime, days: int = 7) -> Reservation:
    return services.check_out(reservation_id=reserved(user, book, now, days).pk, now=now)
