from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from books.goodreads import goodreads_link
from books.importing.models import ImportDraft as ImportDraft
from books.importing.models import ImportedBook as ImportedBook  # Django looks for models here
from books.importing.models import ImportJob as ImportJob
from books.importing.models import ImportRemark as ImportRemark
from books.name_search import AUTHOR_WORDS, NAME_WORDS, NearKey
from books.search.models import BookSearchEntry as BookSearchEntry
from books.search.models import SearchIndex as SearchIndex


class Author(models.Model):
    """`match_key` is the name however written ("J.R.R. Tolkien", "J. R. R. Tolkien"): it finds duplicates."""

    name = models.CharField(_("name"), max_length=300, unique=True)
    match_key = models.CharField(_("key for finding duplicates"), max_length=300, default="", editable=False)
    biography = models.TextField(_("biography"), blank=True, default="")
    city = models.CharField(_("city"), max_length=120, blank=True, default="")
    goodreads_url = models.URLField(_("Goodreads link"), blank=True, default="", validators=[goodreads_link])
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["match_key"], name="author_by_match_key"),
            models.Index(NearKey("match_key"), name="author_by_near_key"),
            GinIndex(AUTHOR_WORDS, name="author_by_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("author", args=[self.pk])


class AuthorAlias(models.Model):
    """Another writing of an author's name, left by a merge: who is entered under it is that author.

    `former_id` is that of the author who had the name: the address of their page still leads somewhere.
    """

    author = models.ForeignKey(Author, models.CASCADE, related_name="aliases", verbose_name=_("author"))
    name = models.CharField(_("name"), max_length=300, unique=True)
    match_key = models.CharField(_("key for finding duplicates"), max_length=300, default="", editable=False)
    former_id = models.BigIntegerField(_("former number"), null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("other name of an author")
        verbose_name_plural = _("other names of authors")
        ordering = ["name"]
        indexes = [models.Index(fields=["match_key"], name="author_alias_by_match_key")]

    def __str__(self) -> str:
        return self.name


class Genre(models.Model):
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="genre_unique_ignoring_case")]
        indexes = [GinIndex(NAME_WORDS, name="genre_by_words")]

    def __str__(self) -> str:
        return self.name


class Publisher(models.Model):
    name = models.CharField(_("name"), max_length=300)

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="publisher_unique_ignoring_case")]
        indexes = [GinIndex(NAME_WORDS, name="publisher_by_words")]

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    """A title record. Its public status is derived from its copies and its queue, never stored.

    `waiting_count` is kept by whoever keeps the queue, and `queue_version` grows with every change of it; `match_key`
    finds the same book again in an import.
    `cover_picture` names the portal's own picture by the hash of its content; `cover_url` says where one is to be had,
    and `cover_fetched_at` when that was last tried.
    """

    class Cover(models.TextChoices):
        HARD = "hard", _("hardcover")
        SOFT = "soft", _("paperback")

    title = models.CharField(_("title"), max_length=500)
    original_title = models.CharField(_("original title"), max_length=500, blank=True, default="")
    subtitle = models.CharField(_("subtitle"), max_length=500, blank=True, default="")
    series = models.CharField(_("series"), max_length=300, blank=True, default="")
    authors = models.ManyToManyField(Author, through="Authorship", related_name="books", verbose_name=_("authors"))
    publisher = models.ForeignKey(
        Publisher, models.PROTECT, null=True, blank=True, related_name="books", verbose_name=_("publisher")
    )
    genres = models.ManyToManyField(Genre, blank=True, related_name="books", verbose_name=_("genres"))
    language = models.CharField(_("language"), max_length=8, blank=True, default="", help_text=_("ISO 639 code"))
    year = models.SmallIntegerField(_("first published"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    cover = models.CharField(_("binding"), max_length=4, choices=Cover, blank=True, default="")
    cover_url = models.URLField(_("cover picture"), max_length=500, blank=True, default="")
    cover_picture = models.CharField(_("own cover picture"), max_length=64, blank=True, default="", editable=False)
    cover_fetched_at = models.DateTimeField(_("cover last fetched at"), null=True, blank=True, editable=False)
    isbn = models.CharField(_("ISBN-13"), max_length=13, null=True, blank=True, unique=True)
    description = models.TextField(_("description"), blank=True, default="")
    price = models.DecimalField(
        _("price of the book"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    daily_fee = models.DecimalField(
        _("daily fee"),
        max_digits=6,
        decimal_places=2,
        default=settings.DEFAULT_DAILY_FEE,
        validators=[MinValueValidator(0)],
    )
    rating = models.DecimalField(_("rating"), max_digits=3, decimal_places=2, null=True, blank=True)
    ratings_count = models.PositiveIntegerField(_("ratings"), default=0)
    loans_count = models.PositiveIntegerField(_("loans"), default=0)
    waiting_count = models.PositiveIntegerField(_("people waiting"), default=0, editable=False)
    queue_version = models.PositiveBigIntegerField(default=0, editable=False)
    is_lendable = models.BooleanField(_("is lent"), default=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    updated_at = models.DateTimeField(_("updated at"), db_default=Now())
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    match_key = models.CharField(_("key for matching imports"), max_length=32, default="", editable=False)

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        constraints = [
            models.CheckConstraint(condition=Q(daily_fee__gte=0), name="book_daily_fee_not_negative"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="book_price_not_negative"),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__range=(0, 5)), name="book_rating_0_to_5"),
            models.CheckConstraint(
                condition=Q(isbn=None) | Q(isbn__regex=r"^97[89][0-9]{10}$"), name="book_isbn_is_isbn13"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="book_newest", condition=Q(withdrawn_at=None)),
            models.Index(
                fields=["-loans_count", "-ratings_count", "-id"],
                name="book_popular",
                condition=Q(withdrawn_at=None),
            ),
            models.Index(fields=["title", "id"], name="book_by_title", condition=Q(withdrawn_at=None)),
            models.Index(fields=["year", "id"], name="book_by_year", condition=Q(withdrawn_at=None)),
            models.Index(
                F("year").desc(nulls_last=True), F("id").desc(), name="book_latest", condition=Q(withdrawn_at=None)
            ),
            models.Index(
                F("rating").desc(nulls_last=True),
                F("id").desc(),
                name="book_best_rated",
                condition=Q(withdrawn_at=None),
            ),
            models.Index(fields=["language", "id"], name="book_by_language", condition=Q(withdrawn_at=None)),
            models.Index(fields=["match_key"], name="book_by_match_key"),
            models.Index(fields=["-waiting_count"], name="book_waited_for", condition=Q(waiting_count__gt=0)),
            models.Index(fields=["cover_picture"], name="book_by_cover_picture", condition=~Q(cover_picture="")),
            models.Index(
                fields=["id"], name="book_cover_to_fetch", condition=Q(cover_fetched_at=None) & ~Q(cover_url="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("book", args=[self.pk])

    @property
    def late_fee_cap(self) -> Decimal:
        """The most a late return can cost (rules.md, "Late")."""
        return self.price if self.price is not None else settings.LATE_FEE_CAP_WITHOUT_PRICE


class Isbn(models.Model):
    """Every ISBN-13 by which a book is found, `Book.isbn` among them: hardback, paperback, e-book of one title."""

    number = models.CharField(_("ISBN-13"), max_length=13, primary_key=True)
    book = models.ForeignKey(Book, models.CASCADE, related_name="isbns", verbose_name=_("book"))

    class Meta:
        verbose_name = _("ISBN")
        verbose_name_plural = _("ISBNs")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^97[89][0-9]{10}$"), name="isbn_is_isbn13"),
        ]

    def __str__(self) -> str:
        return self.number


class Authorship(models.Model):
    """An author's place on a book, in the order of the title page."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="authorships", verbose_name=_("book"))
    author = models.ForeignKey(Author, models.PROTECT, related_name="authorships", verbose_name=_("author"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    role = models.CharField(_("role"), max_length=30, blank=True, default="")

    class Meta:
        verbose_name = _("authorship")
        verbose_name_plural = _("authorships")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["book", "author"], name="authorship_once_per_book")]

    def __str__(self) -> str:
        return f"{self.author_id} · {self.book_id}"


class MonthlyLoans(models.Model):
    """How often a book was lent in a month: counts of nobody in particular, which outlive every loan history."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="monthly_loans", verbose_name=_("book"))
    month = models.DateField(_("month"), help_text=_("its first day"))
    loans = models.PositiveIntegerField(_("loans"), default=0)

    class Meta:
        verbose_name = _("loans in a month")
        verbose_name_plural = _("loans by month")
        constraints = [
            models.UniqueConstraint(fields=["book", "month"], name="monthly_loans_once_per_book_and_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="monthly_loans_month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} · {self.month:%Y-%m}"


class Copy(models.Model):
    """One physical unit of a book."""

    class Status(models.TextChoices):
        AVAILABLE = "available", _("available")
        HELD = "held", _("held")
        ON_LOAN = "on_loan", _("on loan")
        UNAVAILABLE = "unavailable", _("unavailable")

    class Reason(models.TextChoices):
        LOST = "lost", _("lost")
        IN_REPAIR = "in_repair", _("in repair")
        WITHDRAWN = "withdrawn", _("withdrawn")

    book = models.ForeignKey(Book, models.PROTECT, related_name="copies", verbose_name=_("book"))
    barcode = models.CharField(_("barcode"), max_length=40, unique=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.AVAILABLE)
    reason = models.CharField(_("why unavailable"), max_length=10, choices=Reason, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["available", "held", "on_loan", "unavailable"]),
                name="copy_status_known",
            ),
            models.CheckConstraint(
                condition=(Q(status="unavailable") & ~Q(reason="")) | (~Q(status="unavailable") & Q(reason="")),
                name="copy_unavailable_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "id"], name="copy_free", condition=Q(status="available")),
            models.Index(fields=["book", "status"], name="copy_by_book_and_status"),
        ]

    def __str__(self) -> str:
        return self.barcode
