"""Telling readers what they watch for (rules.md, "Notifications"). Each person's message is a short transaction of its
own under the person's lock: it is written once, and not about somebody who has just left."""

from contextlib import suppress
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import books.queries
import books.services
import reservations.queries
from accounts.services.locks import locked
from library_portal.errors import NotFound
from library_portal.notifications import notify
from library_portal.notifications.languages import speaking_to
from library_portal.notifications.models import Kind
from watching import queries
from watching.models import Watch
from watching.queries import NewBooks

# How many people are looked up together, and how many authors a digest names.
AT_ONCE, NAMED = 100, 5
BOOK_SUBJECT, IMPORT_SUBJECT = "book:", "import:"


def tell_available(*, book_id: int) -> None:
    """Tell everybody who watches the book that a copy is free; who is told watches no more, who has asked for the book
    meanwhile is left in peace. Once the copy is gone the others go on watching. Not to be run inside a transaction."""
    last = 0
    while is_available(book_id) and (watchers := queries.watchers_of_book(book_id=book_id, after=last, limit=AT_ONCE)):
        for watch_id, user_id in watchers:
            with suppress(NotFound):  # the book, or the person, is gone
                _tell_available(book_id, watch_id, user_id)
        last = watchers[-1][0]


def is_available(book_id: int) -> bool:
    return books.queries.statuses([book_id]).get(book_id) == books.queries.AVAILABLE


@transaction.atomic(durable=True)
def _tell_available(book_id: int, watch_id: int, user_id: int) -> None:
    """Under the book's lock, so that the copy is there when this is said."""
    book = books.services.lock_book(book_id)
    locked(user_id)
    watch = Watch.objects.filter(pk=watch_id)
    if not watch.exists() or not is_available(book_id):
        return
    if reservations.queries.has_asked_for(user_id=user_id, book_id=book_id):
        return
    with speaking_to(user_id):
        notify(
            user_id=user_id,
            kind=Kind.BOOK_AVAILABLE,
            key=f"watch:{watch_id}",
            title=_("“%(title)s” is on the shelf") % {"title": book.title},
            body=_("A copy is free and nobody waits for it. Whoever reserves it first has it. Your watch has ended."),
            url=book.get_absolute_url(),
            subject=f"{BOOK_SUBJECT}{book_id}",
        )
    watch.delete()


def tell_new_book(*, book_id: int) -> None:
    """Tell those who follow any of its authors, each once. Not to be run inside a transaction."""
    for book in books.queries.book_summaries(book_ids=[book_id]):
        last = 0
        while followers := queries.followers_for_book(book_id=book_id, after=last, limit=AT_ONCE):
            for user_id, author in followers:
                with suppress(NotFound):
                    _tell_new_book(user_id, author, book)
            last = followers[-1][0]


@transaction.atomic(durable=True)
def _tell_new_book(user_id: int, author: str, book: dict[str, Any]) -> None:
    locked(user_id)
    with speaking_to(user_id):
        notify(
            user_id=user_id,
            kind=Kind.NEW_BOOK,
            key=f"new-book:{book['id']}",
            title=_("New by %(author)s: “%(title)s”") % {"author": author, "title": book["title"]},
            body=_("You follow this author. The book has just come into the catalogue."),
            url=reverse("book", args=[book["id"]]),
            subject=f"{BOOK_SUBJECT}{book['id']}",
        )


def tell_new_books(*, job_id: int) -> None:
    """Tell followers what an import brought, each in one message. Not to be run inside a transaction."""
    last = 0
    while followers := queries.followers_for_import(job_id=job_id, after=last, limit=AT_ONCE):
        for news in followers:
            with suppress(NotFound):
                _tell_new_books(news, job_id)
        last = followers[-1].user_id


@transaction.atomic(durable=True)
def _tell_new_books(news: NewBooks, job_id: int) -> None:
    locked(news.user_id)
    with speaking_to(news.user_id):
        notify(
            user_id=news.user_id,
            kind=Kind.NEW_BOOK,
            key=f"import:{job_id}",
            title=_in_short(news),
            body=_("New in the catalogue: %(authors)s") % {"authors": _by_author(news)},
            url=reverse("watching"),
            subject=f"{IMPORT_SUBJECT}{job_id}",
        )


def _in_short(news: NewBooks) -> str:
    """“12 new books by Ursula K. Le Guin and 3 others”"""
    count, author, others = news.books, news.authors[0][0], len(news.authors) - 1
    said = ngettext("%(count)d new book by %(people)s", "%(count)d new books by %(people)s", count)
    people = ngettext("%(author)s and %(others)d other", "%(author)s and %(others)d others", others)
    return said % {"count": count, "people": people % {"author": author, "others": others} if others else author}


def _by_author(news: NewBooks) -> str:
    named = ", ".join(f"{name} ({count})" for name, count in news.authors[:NAMED])
    return f"{named} …" if len(news.authors) > NAMED else named
