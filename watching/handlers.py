"""What happens in the catalogue and at the desk, for those who watch. Safe to repeat, in any order."""

import books.events
import books.queries
import reservations.events
import reservations.queries
from library_portal.notifications.models import Kind
from library_portal.notifications.truth import checks
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered
from watching import services
from watching.services.telling import BOOK_SUBJECT, IMPORT_SUBJECT, is_available


@subscribe(books.events.BookAvailabilityChanged, queue="notifications", atomic=False)
def tell_watchers(delivered: Delivered) -> None:
    services.tell_available(book_id=delivered.payload["book_id"])


@subscribe(books.events.BookCreated, queue="notifications", atomic=False)
def tell_followers(delivered: Delivered) -> None:
    services.tell_new_book(book_id=delivered.payload["book_id"])


@subscribe(books.events.ImportFinished, queue="notifications", atomic=False)
def tell_followers_of_import(delivered: Delivered) -> None:
    services.tell_new_books(job_id=delivered.payload["job_id"])


@subscribe(reservations.events.ReservationCheckedOut, queue="notifications")
def end_watch_of_borrower(delivered: Delivered) -> None:
    """Who has the book need not be told that it is there once they bring it back."""
    loan = {"user_id": delivered.payload["user_id"], "book_id": delivered.payload["book_id"]}
    if reservations.queries.has_asked_for(**loan):
        services.stop_watching(**loan)


@checks(Kind.BOOK_AVAILABLE)
def is_still_available(kind: str, subject: str) -> bool:
    return is_available(int(subject.removeprefix(BOOK_SUBJECT)))


@checks(Kind.NEW_BOOK)
def is_still_in_the_catalogue(kind: str, subject: str) -> bool:
    if subject.startswith(IMPORT_SUBJECT):
        return books.queries.import_brought_books(job_id=int(subject.removeprefix(IMPORT_SUBJECT)))
    return bool(books.queries.book_summaries(book_ids=[int(subject.removeprefix(BOOK_SUBJECT))]))
