"""The demo login `author` is an author of the sample library, whose books were lent a while. Development only."""

from datetime import date, datetime

from django.utils import timezone

import accounts.queries
import books.queries
import books.services
from authors import services
from authors.queries import own_author_id
from books.browsing import books_of_author

AUTHOR, LOGIN = "Jane Austen", "author"
BIOGRAPHY = "Wrote six novels at a small table in Chawton, about money, manners and what people don't say."
# Loans of each of the author's books in turn, month by month, this month last.
LOANS = (1, 0, 2, 3, 1, 4, 2, 5, 3, 2, 4, 6, 5, 3)


def link_demo_author(*, now: datetime) -> bool:
    """Once; False when that was done before, or when the catalogue has no such author."""
    user = accounts.queries.user_by_identifier(LOGIN)
    author_id = books.queries.author_id_by_name(name=AUTHOR)
    if user is None or author_id is None or own_author_id(user_id=user.pk) is not None:
        return False
    services.link(author_id=author_id, user_id=user.pk, now=now)
    books.services.update_author(author_id=author_id, changes={"biography": BIOGRAPHY, "city": "Chawton"})
    _lend_books_of(author_id, timezone.localdate(now))
    return True


def _lend_books_of(author_id: int, today: date) -> None:
    book_ids = [book["id"] for book in books_of_author(author_id=author_id)]
    month = today.year * 12 + today.month - 1
    for ago, loans in enumerate(reversed(LOANS)):
        for number in range(loans):
            on = date((month - ago) // 12, (month - ago) % 12 + 1, 1)
            books.services.record_loan(book_ids[number % len(book_ids)], on=on)
