from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from library_portal.money import money_field

if TYPE_CHECKING:
    from reservations.waiting_time import Estimate


class Status(models.TextChoices):
    PENDING = "pending", _("waiting")
    READY = "ready", _("ready")
    ACTIVE = "active", _("on loan")
    COMPLETED = "completed", _("returned")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


OPEN = (Status.PENDING, Status.READY, Status.ACTIVE)
WITH_COPY = (Status.READY, Status.ACTIVE)
CLOSED = (Status.COMPLETED, Status.CANCELLED, Status.EXPIRED)


class Reservation(models.Model):
    """One patron's request for one book, from the request to the return (rules.md, "The life of a reservation").

    One that has ended may have forgotten its book and copy (services/history.py): what is left explains the ledger.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reservations", verbose_name=_("patron")
    )
    book = models.ForeignKey(
        "books.Book", models.PROTECT, null=True, blank=True, related_name="reservations", verbose_name=_("book")
    )
    copy = models.ForeignKey(
        "books.Copy",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("copy"),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    days = models.PositiveSmallIntegerField(_("days"))
    priority = models.PositiveSmallIntegerField(_("queue priority"), default=0)
    joined_at = models.DateTimeField(_("joined the queue at"), db_default=Now())
    # Where it stands among those of its priority: the time of joining, unless it was moved: then plans move it no more.
    queued_at = models.DateTimeField(_("stands in the queue by"), db_default=Now())
    is_moved = models.BooleanField(_("was moved in the queue"), default=False)
    deferrals = models.PositiveSmallIntegerField(_("let the next reader go first"), default=0, db_default=0)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    told_reasons = ArrayField(models.CharField(max_length=20), default=list, blank=True, editable=False)

    price = money_field(_("price"), null=True, blank=True)
    discount_name = models.CharField(_("discount"), max_length=30, blank=True, default="")
    discount_percent = models.PositiveSmallIntegerField(_("discount, %"), default=0)
    paid = money_field(_("paid"), default=Decimal(0))
    refunded = money_field(_("refunded"), default=Decimal(0))
    late_fee = money_field(_("late fee"), default=Decimal(0))

    ready_at = models.DateTimeField(_("held at"), null=True, blank=True)
    hold_until = models.DateTimeField(_("held until"), null=True, blank=True)
    starts_on = models.DateField(_("lent on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    extensions = models.PositiveSmallIntegerField(_("extensions"), default=0)
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # A copy that never came back: what it cost besides the late fee. Found again, that goes back.
    lost_on = models.DateField(_("lost on"), null=True, blank=True)
    lost_fee = money_field(_("charge for the lost copy"), default=Decimal(0))
    # Where it stands and how long it may wait, put there by `queries.with_places` and `with_estimates`.
    queue_position: int | None
    queue_length: int
    estimate: "Estimate | None"

    # The last day on which its patron was reminded of this loan (services/reminders.py).
    reminded_on = models.DateField(_("reminded on"), null=True, blank=True, editable=False)
    # Grows with each transition: keys of the ledger and signed links are good for one state only.
    step = models.PositiveIntegerField(default=0, editable=False)
    # Kept by a trigger, so that no writer can forget it: calendars ask when an entry of theirs last changed.
    changed_at = models.DateTimeField(_("last changed at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "book"],
                condition=Q(status__in=["pending", "ready", "active"]),
                name="reservation_one_open_per_patron_and_book",
            ),
            models.UniqueConstraint(
                fields=["copy"], condition=Q(status__in=["ready", "active"]), name="reservation_one_per_copy"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ready", "active", "completed"], copy__isnull=False)
                | Q(status="pending", copy=None)
                | Q(status="completed", book=None)
                | Q(status__in=["cancelled", "expired"]),
                name="reservation_copy_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(book__isnull=False) | Q(status__in=["completed", "cancelled", "expired"], copy=None),
                name="reservation_forgets_only_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", ready_at=None)
                | Q(
                    status__in=["ready", "active", "completed"],
                    ready_at__isnull=False,
                    hold_until__isnull=False,
                    price__isnull=False,
                )
                | Q(status__in=["cancelled", "expired"]),
                name="reservation_hold_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "completed"], starts_on__isnull=False, due_on__gte=F("starts_on"))
                | (~Q(status__in=["active", "completed"]) & Q(starts_on=None, due_on=None)),
                name="reservation_loan_dates_fit_status",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "ready", "active"], closed_at=None)
                | Q(status__in=["completed", "cancelled", "expired"], closed_at__isnull=False),
                name="reservation_closed_at_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(lost_on=None, lost_fee=0) | Q(status="completed", lost_on__isnull=False, lost_fee__gte=0),
                name="reservation_lost_only_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(days__gt=0, paid__gte=0, refunded__gte=0, refunded__lte=F("paid"), late_fee__gte=0),
                name="reservation_amounts_make_sense",
            ),
        ]
        indexes = [
            models.Index(
                F("book"),
                F("priority").desc(),
                F("queued_at"),
                F("id"),
                name="reservation_queue",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=["book", "paused_until"],
                name="reservation_paused",
                condition=Q(status="pending", paused_until__isnull=False),
            ),
            models.Index(fields=["user", "-id"], name="reservation_by_patron"),
            models.Index(fields=["user", "ready_at"], name="reservation_holds_of_patron"),
            models.Index(fields=["user", "closed_at"], name="reservation_closed_by_patron"),
            models.Index(fields=["-closed_at"], name="reservation_last_returns", condition=Q(status="completed")),
            models.Index(fields=["hold_until"], name="reservation_expiring", condition=Q(status="ready")),
            models.Index(fields=["due_on", "id"], name="reservation_due", condition=Q(status="active")),
            models.Index(fields=["status", "-id"], name="reservation_by_status"),
            models.Index(fields=["book", "status", "-closed_at"], name="reservation_by_book"),
            models.Index(fields=["book", "-id"], name="reservation_of_book"),
            models.Index(fields=["-id"], name="reservation_lost", condition=Q(lost_on__isnull=False)),
            models.Index(
                fields=["closed_at"],
                name="reservation_to_forget",
                condition=Q(status__in=["completed", "cancelled", "expired"], book__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} · {self.get_status_display()}"

    @property
    def remembered_book_id(self) -> int:
        """The book of whatever is open, or was until this transaction. Raises ValueError for what is forgotten."""
        if self.book_id is None:
            raise ValueError(f"Reservation {self.pk} has forgotten its book")
        return self.book_id

    @property
    def remembered_book(self) -> Any:
        """That book itself. Raises ValueError for what is forgotten."""
        if self.book is None:
            raise ValueError(f"Reservation {self.pk} has forgotten its book")
        return self.book

    @property
    def kept_copy_id(self) -> int:
        """The copy of whatever is held or on loan, or was until this transaction. Raises ValueError without one."""
        if self.copy_id is None:
            raise ValueError(f"Reservation {self.pk} has no copy")
        return self.copy_id

    @property
    def loan_dates(self) -> tuple[date, date]:
        """The day it was lent on and the day it is due, of what is or was on loan. Raises ValueError without a loan."""
        if self.starts_on is None or self.due_on is None:
            raise ValueError(f"Reservation {self.pk} was not lent")
        return self.starts_on, self.due_on

    @property
    def subject(self) -> str:
        """What the ledger, debts and messages call this reservation."""
        return f"reservation:{self.pk}"

    @property
    def is_overdue(self) -> bool:
        return self.status == Status.ACTIVE and self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def is_paused(self) -> bool:
        """Whether the place is passed over today, and kept."""
        paused_until = self.paused_until if self.status == Status.PENDING else None
        return paused_until is not None and paused_until > timezone.localdate()


class HoldShelfPlace(models.Model):
    """A copy on the hold shelf, and for whom it was put there; a hold whose copy is not there is still to be pulled."""

    copy = models.OneToOneField("books.Copy", models.CASCADE, related_name="hold_shelf_place", verbose_name=_("copy"))
    reservation = models.ForeignKey(
        Reservation, models.CASCADE, related_name="hold_shelf_places", verbose_name=_("reservation")
    )
    placed_at = models.DateTimeField(_("put there at"))

    class Meta:
        verbose_name = _("place on the hold shelf")
        verbose_name_plural = _("hold shelf")
        ordering = ["placed_at", "pk"]

    def __str__(self) -> str:
        return f"{self.copy_id}: {self.reservation_id}"


class PastLoans(models.Model):
    """How many loans of a book are forgotten, and how long they were in all: there is nobody and no date in it."""

    book = models.OneToOneField("books.Book", models.PROTECT, related_name="past_loans", verbose_name=_("book"))
    loans = models.PositiveIntegerField(_("loans"), default=0)
    days = models.PositiveIntegerField(_("days of all of them"), default=0)

    class Meta:
        verbose_name = _("past loans")
        verbose_name_plural = _("past loans")

    def __str__(self) -> str:
        return f"{self.book_id}: {self.loans}"
