"""Payments, what goes back of them, and what the providers said."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from library_portal.money import money_field


class Payment(models.Model):
    """A top-up through a provider. Money appears in the wallet only when the provider has confirmed it, once."""

    class Status(models.TextChoices):
        PENDING = "pending", _("pending")
        CONFIRMED = "confirmed", _("confirmed")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")
        # The provider has money that is in no wallet: somebody has to look at it.
        HELD = "held", _("paid, not credited")

    class Problem(models.TextChoices):
        NONE = "", _("none")
        OWNER_GONE = "owner_gone", _("the account is closed")
        MISMATCH = "mismatch", _("another amount or currency was paid")

    wallet = models.ForeignKey(
        "subscriptions.Wallet", models.PROTECT, related_name="payments", verbose_name=_("wallet")
    )
    amount = money_field(_("amount"))
    refunded = money_field(_("given back"), default=0)
    provider = models.CharField(_("provider"), max_length=20)
    provider_reference = models.CharField(_("provider's reference"), max_length=120, null=True, blank=True)
    # What a refund names: Stripe's payment intent, PayPal's capture.
    charge_reference = models.CharField(_("provider's charge"), max_length=120, blank=True, default="")
    # Where its patron pays, while it is open.
    address = models.TextField(_("address"), blank=True, default="", editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem, blank=True, default=Problem.NONE)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("provider asked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="confirmed", confirmed_at__isnull=False)
                | (~Q(status="confirmed") & Q(confirmed_at=None)),
                name="payment_confirmed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(refunded=0)
                | Q(refunded__gt=0, refunded__lte=F("amount"), status__in=["confirmed", "held"]),
                name="payment_refunded_was_paid",
            ),
            models.CheckConstraint(
                condition=Q(status="held", problem__gt="") | (~Q(status="held") & Q(problem="")),
                name="payment_held_has_problem",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"], name="payment_once_per_provider_reference"
            ),
        ]
        indexes = [
            models.Index(fields=["wallet", "-id"], name="payment_by_wallet"),
            models.Index(fields=["created_at"], name="payment_open", condition=Q(status="pending")),
            models.Index(fields=["created_at"], name="payment_by_day"),
            models.Index(fields=["charge_reference"], name="payment_by_charge", condition=~Q(charge_reference="")),
        ]

    def __str__(self) -> str:
        return f"{self.amount} · {self.get_status_display()}"

    @property
    def checkout_url(self) -> str | None:
        """The provider's page, while there is something to pay."""
        return self.address or None if self.status == self.Status.PENDING else None


class PaymentRefund(models.Model):
    """Money of a payment that goes back by its provider; the wallet was debited before the provider was asked."""

    class Status(models.TextChoices):
        PENDING = "pending", _("on its way")
        DONE = "done", _("given back")
        FAILED = "failed", _("failed")
        # The provider has it again, and nobody the wallet that it came from: somebody has to look at it.
        HELD = "held", _("failed, in no wallet")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    amount = money_field(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    idempotency_key = models.CharField(_("idempotency key"), max_length=255, unique=True)
    provider_reference = models.CharField(_("provider's reference"), max_length=120, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("provider asked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund of a payment")
        verbose_name_plural = _("refunds of payments")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="pending", settled_at=None) | (~Q(status="pending") & Q(settled_at__isnull=False)),
                name="payment_refund_settled_has_time",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="payment_refund_open", condition=Q(status="pending"))]

    def __str__(self) -> str:
        return f"{self.amount} · {self.get_status_display()}"


class ProviderEvent(models.Model):
    """What a provider said, once each: ids, an amount and what became of it; nothing of who paid how."""

    class Outcome(models.TextChoices):
        CREDITED = "credited", _("credited")
        FAILED = "failed", _("payment failed")
        HELD = "held", _("paid, not credited")
        REFUNDED = "refunded", _("refund settled")
        NOTHING = "nothing", _("nothing to do")
        UNKNOWN = "unknown", _("of no payment of ours")
        UNASKED = "unasked", _("given back, not by us")
        DISPUTED = "disputed", _("disputed, to be answered there")

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("event"), max_length=120)
    kind = models.CharField(_("kind"), max_length=80)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="events", verbose_name=_("payment"))
    amount = models.CharField(_("amount"), max_length=30, blank=True, default="")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("message of a provider")
        verbose_name_plural = _("messages of providers")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once"),
        ]
        indexes = [
            models.Index(fields=["received_at"], name="provider_event_by_age"),
            models.Index(
                fields=["payment"],
                name="provider_event_to_look_after",
                condition=Q(outcome__in=["unasked", "disputed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
