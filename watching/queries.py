"""Who wants to be told of what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

import books.queries
from watching.models import Watch

BOOK, AUTHOR = KINDS = ("book", "author")


@dataclass(frozen=True)
class Watched:
    """A watch with what it is of: a book as lists show it, or an author's `id` and `name`."""

    id: int
    created_at: datetime
    book: dict[str, Any] | None
    author: dict[str, Any] | None

    @property
    def kind(self) -> str:
        return AUTHOR if self.author else BOOK


def watches_of(*, user_id: int) -> QuerySet[Watch]:
    """Newest first."""
    return Watch.objects.filter(user_id=user_id).select_related("author").order_by("-pk")


def described(watches: Iterable[Watch]) -> list[Watched]:
    """In a number of queries that no length changes; withdrawn books are among them, as unavailable."""
    rows = list(watches)
    summaries = books.queries.summaries_by_id(book_ids=[row.book_id for row in rows if row.book_id])
    return [Watched(row.pk, row.created_at, summaries.get(row.book_id or 0), _author(row)) for row in rows]


def _author(watch: Watch) -> dict[str, Any] | None:
    return {"id": watch.author.pk, "name": watch.author.name} if watch.author else None


def watches_book(*, user_id: int, book_id: int) -> bool:
    return Watch.objects.filter(user_id=user_id, book_id=book_id).exists()


def follows(*, user_id: int, author_id: int) -> bool:
    return Watch.objects.filter(user_id=user_id, author_id=author_id).exists()


def watchers_of_book(*, book_id: int, after: int, limit: int) -> list[tuple[int, int]]:
    """Watches and their readers, by the watch's id."""
    watches = Watch.objects.filter(book_id=book_id, pk__gt=after).order_by("pk")
    return list(watches.values_list("pk", "user_id")[:limit])


@dataclass(frozen=True)
class NewBooks:
    """What an import brought for one follower: how many books, and how many of them by whom, the most first."""

    user_id: int
    books: int
    authors: list[tuple[str, int]]


def followers_for_book(*, book_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """Who follows any of the book's authors, and one of those that they follow; by the reader's id."""
    follows = Watch.objects.filter(author__books=book_id, user_id__gt=after).order_by("user_id")
    return list(follows.values("user_id").annotate(name=Min("author__name")).values_list("user_id", "name")[:limit])


def followers_for_import(*, job_id: int, after: int, limit: int) -> list[NewBooks]:
    """By the reader's id. Two queries, however many books and authors; withdrawn and reverted books don't count."""
    new = Watch.objects.filter(
        author__books__imports__job=job_id, author__books__imports__is_new=True, author__books__withdrawn_at=None
    )
    count = Count("author__books", distinct=True)
    page = new.filter(user_id__gt=after).order_by("user_id").values("user_id").annotate(count=count)[:limit]
    totals = {row["user_id"]: row["count"] for row in page}
    rows = new.filter(user_id__in=totals).values("user_id", "author__name").annotate(count=count)
    authors: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in rows.order_by("user_id", "-count", "author__name"):
        authors[row["user_id"]].append((row["author__name"], row["count"]))
    return [NewBooks(user_id, total, authors[user_id]) for user_id, total in totals.items()]
