"""Reading the catalogue as plain rows, ready for JSON and pages, in a number of queries that no list length changes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models import CharField as Text
from django.utils.translation import gettext_lazy as _

from books.covers.files import picture_addresses
from books.isbn import isbn13
from books.models import Author, AuthorAlias, Authorship, Book, Copy, Genre, Isbn
from books.name_counts import count_of_books
from library_portal.errors import NotFound

Row = dict[str, Any]

AVAILABLE, BORROWED, UNAVAILABLE = STATUSES = ("available", "borrowed", "unavailable")
SUMMARY_FIELDS = (
    "id", "title", "subtitle", "series", "language", "year", "cover", "cover_url", "cover_picture", "isbn", "rating",
    "ratings_count", "loans_count", "daily_fee", "status",
)  # fmt: skip
DETAIL_FIELDS = (
    *SUMMARY_FIELDS, "original_title", "pages", "description", "price", "is_lendable", "created_at", "updated_at",
    "version", "copies_count", "free_copies", "waiting_count", "publisher__id", "publisher__name",
)  # fmt: skip


class BookNotFound(NotFound):
    title = _("There is no such book.")


@dataclass(frozen=True)
class LendingFacts:
    """A book's public status, its lendable copies, the free ones, how many wait, and the fee for a day in dollars.

    `queue_version` is that of the queue in which so many wait.
    """

    status: str
    copies_count: int
    free_copies: int
    waiting_count: int
    queue_version: int
    daily_fee: Decimal


def present_books() -> QuerySet[Any]:
    """What readers may find, each with its status."""
    return with_status(Book.objects.filter(withdrawn_at=None))


def with_status(books: QuerySet[Book]) -> QuerySet[Any]:
    """Each with its public `status` (rules.md, "Words")."""
    return books.annotate(status=_status())


def having_status(books: QuerySet[Book], status: str) -> QuerySet[Book]:
    """Those of this public status."""
    lendable, free = _lendable_and_free()
    return books.filter({AVAILABLE: lendable & free, BORROWED: lendable & ~free, UNAVAILABLE: ~lendable}[status])


def _status() -> Case:
    lendable, free = _lendable_and_free()
    return Case(
        When(~lendable, then=Value(UNAVAILABLE)),
        When(free, then=Value(AVAILABLE)),
        default=Value(BORROWED),
        output_field=Text(),
    )


def _lendable_and_free() -> tuple[Any, Any]:
    copies = Copy.objects.filter(book=OuterRef("pk"))
    lendable = Q(is_lendable=True, withdrawn_at=None) & Exists(copies.exclude(status=Copy.Status.UNAVAILABLE))
    return lendable, Q(waiting_count=0) & Exists(copies.filter(status=Copy.Status.AVAILABLE))


def status_of(*, book_id: int) -> str:
    """A withdrawn book is unavailable. Raises BookNotFound."""
    status = statuses([book_id]).get(book_id)
    if status is None:
        raise BookNotFound
    return status


def statuses(book_ids: Sequence[int]) -> dict[int, str]:
    """The public status of each of these books, as of now."""
    return dict(with_status(Book.objects.filter(pk__in=book_ids)).values_list("pk", "status"))


def summaries(rows: Iterable[Row]) -> list[Row]:
    """Rows of SUMMARY_FIELDS or more with their authors, genres, ISBNs and the addresses of their cover picture."""
    books = list(rows)
    ids = [book["id"] for book in books]
    parts = {"authors": authors_of(ids), "genres": genres_of(ids), "isbns": isbns_of(ids)}
    for book in books:
        book["cover_picture"] = picture_addresses(book["cover_picture"])
        book.update((name, part[book["id"]]) for name, part in parts.items())
    return books


def book_summaries(*, book_ids: Sequence[int]) -> list[Row]:
    """The present ones of these books, in this order."""
    rows = present_books().filter(pk__in=book_ids).values(*SUMMARY_FIELDS)
    place = {book_id: number for number, book_id in enumerate(book_ids)}
    return sorted(summaries(rows), key=lambda row: place[row["id"]])


def summaries_by_id(*, book_ids: Sequence[int]) -> dict[int, Row]:
    """Also of the withdrawn ones, which are unavailable."""
    rows = with_status(Book.objects.filter(pk__in=book_ids)).values(*SUMMARY_FIELDS)
    return {row["id"]: row for row in summaries(rows)}


def book_detail(*, book_id: int) -> Row:
    """Everything a reader may know of a book. Raises BookNotFound, also for a withdrawn one."""
    for book in book_details(book_ids=[book_id]):
        return book
    raise BookNotFound


def book_details(*, book_ids: Sequence[int]) -> list[Row]:
    """Everything a reader may know of the present ones of these books, in this order."""
    lendable = ~Q(copies__status=Copy.Status.UNAVAILABLE)
    counted = present_books().annotate(
        copies_count=Count("copies", filter=lendable),
        free_copies=Count("copies", filter=Q(copies__status=Copy.Status.AVAILABLE)),
    )
    rows = summaries(counted.filter(pk__in=book_ids).values(*DETAIL_FIELDS))
    place = {book_id: number for number, book_id in enumerate(book_ids)}
    return sorted(map(_with_publisher, rows), key=lambda book: place[book["id"]])


def lending_facts(*, book_id: int) -> LendingFacts:
    """What lending asks of a book, in one query. Raises BookNotFound, also for a withdrawn one."""
    counted = present_books().annotate(
        copies_count=Count("copies", filter=~Q(copies__status=Copy.Status.UNAVAILABLE)),
        free_copies=Count("copies", filter=Q(copies__status=Copy.Status.AVAILABLE, is_lendable=True)),
    )
    fields = [field.name for field in dataclass_fields(LendingFacts)]
    row = counted.filter(pk=book_id).values(*fields).first()
    if row is None:
        raise BookNotFound
    return LendingFacts(**row)


def lendable_copies(*, book_ids: Collection[int]) -> dict[int, int]:
    """How many copies each of these books has to lend; those without any are left out."""
    lendable = Copy.objects.filter(book__in=book_ids, book__is_lendable=True, book__withdrawn_at=None)
    counted = lendable.exclude(status=Copy.Status.UNAVAILABLE).order_by().values("book_id").annotate(copies=Count("pk"))
    return dict(counted.values_list("book_id", "copies"))


def ids_waited_for_in_vain(*, after: int = 0, limit: int) -> list[int]:
    """Lent books with ids above `after` that have a free copy although somebody waits."""
    free = Copy.objects.filter(book=OuterRef("pk"), status=Copy.Status.AVAILABLE)
    books = Book.objects.filter(Exists(free), pk__gt=after, waiting_count__gt=0, is_lendable=True, withdrawn_at=None)
    return list(books.order_by("pk").values_list("pk", flat=True)[:limit])


def untried_covers(*, limit: int) -> list[tuple[int, str]]:
    """Books with the address of a picture that nobody has tried to fetch."""
    untried = Book.objects.filter(cover_fetched_at=None, withdrawn_at=None).exclude(cover_url="").order_by("pk")
    return list(untried.values_list("pk", "cover_url")[:limit])


def book_version(*, book_id: int) -> int:
    """Raises BookNotFound."""
    version = present_books().filter(pk=book_id).values_list("version", flat=True).first()
    if version is None:
        raise BookNotFound
    return version


def _with_publisher(row: Row) -> Row:
    publisher = {"id": row.pop("publisher__id"), "name": row.pop("publisher__name")}
    return {**row, "publisher": publisher if publisher["id"] else None}


def book_id_by_isbn(*, isbn: str) -> int:
    """By any form of the ISBN. Raises InvalidIsbn, BookNotFound."""
    book_id = present_books().filter(isbns=isbn13(isbn)).values_list("pk", flat=True).first()
    if book_id is None:
        raise BookNotFound
    return book_id


def authors_of(book_ids: Iterable[int]) -> Mapping[int, list[Row]]:
    """By book, in the order of the title page."""
    rows = Authorship.objects.filter(book__in=book_ids).order_by("book_id", "position", "pk")
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for book_id, author_id, name, role in rows.values_list("book_id", "author_id", "author__name", "role"):
        found[book_id].append({"id": author_id, "name": name, "role": role})
    return found


def genres_of(book_ids: Iterable[int]) -> Mapping[int, list[Row]]:
    rows = Genre.objects.filter(books__in=book_ids).order_by("name").values_list("books", "pk", "name")
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for book_id, genre_id, name in rows:
        found[book_id].append({"id": genre_id, "name": name})
    return found


def other_names_of(book_ids: Iterable[int]) -> Mapping[int, list[str]]:
    """By book, the other names of its authors."""
    rows = Authorship.objects.filter(book__in=book_ids, author__aliases__isnull=False)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for book_id, name in rows.order_by("author__aliases__name").values_list("book_id", "author__aliases__name"):
        found[book_id].append(name)
    return found


def isbns_of(book_ids: Iterable[int]) -> Mapping[int, list[str]]:
    """By book, the one that is shown first."""
    rows = Isbn.objects.filter(book__in=book_ids).annotate(is_main=Q(number=F("book__isbn")))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for book_id, number in rows.order_by("book_id", "-is_main", "number").values_list("book_id", "number"):
        found[book_id].append(number)
    return found


def copies_of(*, book_id: int) -> list[Row]:
    """Every copy with its barcode and status. Raises BookNotFound."""
    if not Book.objects.filter(pk=book_id).exists():
        raise BookNotFound
    return list(Copy.objects.filter(book=book_id).order_by("pk").values(*COPY_FIELDS))


def copy_detail(*, copy_id: int) -> Row:
    return Copy.objects.values(*COPY_FIELDS).get(pk=copy_id)


COPY_FIELDS = ("id", "book_id", "barcode", "status", "reason", "created_at")


def copy_by_barcode(*, barcode: str) -> Copy | None:
    """With its book; small letters do as well, as they do for whoever types it."""
    found = Copy.objects.select_related("book").filter(barcode__in={barcode, barcode.upper()})
    return min(found, key=lambda copy: copy.barcode != barcode, default=None)


def import_brought_books(*, job_id: int) -> bool:
    """Whether anything that is in the catalogue came with this import."""
    return Book.objects.filter(imports__job=job_id, imports__is_new=True, withdrawn_at=None).exists()


def author_detail(*, author_id: int) -> Row:
    """Raises NotFound. `books_count` counts what readers may find."""
    authors = Author.objects.annotate(books_count=count_of_books(Author, present=True))
    row = authors.filter(pk=author_id).values(*AUTHOR_FIELDS).first()
    if row is None:
        raise NotFound
    return row


AUTHOR_FIELDS = ("id", "name", "biography", "city", "goodreads_url", "books_count", "version")


def author_id_by_name(*, name: str) -> int | None:
    """Also by another name of theirs."""
    named = Author.objects.filter(Q(name=name) | Q(pk__in=AuthorAlias.objects.filter(name=name).values("author")))
    return named.values_list("pk", flat=True).first()


def author_merged_into(*, former_id: int) -> int | None:
    """Who an author that was merged into another is now."""
    return AuthorAlias.objects.filter(former_id=former_id).values_list("author_id", flat=True).first()


def author_version(*, author_id: int) -> int:
    """Raises NotFound."""
    version = Author.objects.filter(pk=author_id).values_list("version", flat=True).first()
    if version is None:
        raise NotFound
    return version


def book_ids_after(book_id: int, *, limit: int) -> list[int]:
    """The next present books by id, for walking through the whole catalogue."""
    books = Book.objects.filter(pk__gt=book_id, withdrawn_at=None).order_by("pk")
    return list(books.values_list("pk", flat=True)[:limit])
