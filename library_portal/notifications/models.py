from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from library_portal.encryption import EncryptedTextField


class Kind(models.TextChoices):
    """Everything the portal tells people (rules.md, "Notifications"). One-time codes never reach the database."""

    RESERVATION_CONFIRMED = "reservation_confirmed", _("Reservation confirmed")
    COPY_READY = "copy_ready", _("Copy ready")
    PASSED_OVER = "passed_over", _("Passed over")
    HOLD_EXPIRED = "hold_expired", _("Hold expired")
    RESERVATION_CHANGED = "reservation_changed", _("The library changed a reservation or loan")
    LOAN_ENDS_TOMORROW = "loan_ends_tomorrow", _("Loan ends tomorrow or today")
    OVERDUE = "overdue", _("Overdue")
    RETURNED = "returned", _("Returned")
    PAYMENT = "payment", _("Payment")
    PLAN = "plan", _("Plan renewed, failed or ending")
    BOOK_AVAILABLE = "book_available", _("Book available")
    NEW_BOOK = "new_book", _("New book by a followed author")
    STAFF_DIGEST = "staff_digest", _("Staff digest")
    ACCOUNT = "account", _("Account and security")


class Notification(models.Model):
    """One message in a person's inbox; `key` makes it one per event and person however often the event arrives.

    `subject` names what it speaks of, for instance `reservation:12`: a mail goes out only while it is true (truth.py).
    `former_address` is the e-mail or phone that hears of its own replacement; it is emptied once it was told.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    key = models.CharField(_("key"), max_length=100)
    subject = models.CharField(_("subject"), max_length=60, blank=True, default="")
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("body"), blank=True, default="")
    url = models.CharField(_("address"), max_length=200, blank=True, default="")
    former_address = EncryptedTextField(_("former address"), blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once_per_event_and_person")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_inbox"),
            models.Index(fields=["user"], name="notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class Preference(models.Model):
    """Whether a person wants a kind by mail or SMS; the inbox always has it. Absent means mail yes, SMS no."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    by_mail = models.BooleanField(_("by e-mail"), default=True)
    by_sms = models.BooleanField(_("by SMS"), default=False)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="preference_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"
