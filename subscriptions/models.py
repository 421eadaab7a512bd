from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from library_portal.money import money_field
from subscriptions.payments.models import Payment, PaymentRefund, ProviderEvent

__all__ = [
    "AdjustmentRequest",
    "Debt",
    "LedgerEntry",
    "Payment",
    "PaymentRefund",
    "Plan",
    "ProviderEvent",
    "Subscription",
    "Wallet",
]


class Plan(models.Model):
    """Limits, prices and priority (rules.md, "Plans"). An empty limit means unlimited, an empty discount none."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    price = money_field(_("price for a period"), default=Decimal(0))
    period_days = models.PositiveSmallIntegerField(_("days in a period"), default=30)
    holds_per_week = models.PositiveSmallIntegerField(_("new holds per 7 days"), null=True, blank=True)
    max_copies = models.PositiveSmallIntegerField(_("copies held or on loan at once"))
    max_days = models.PositiveSmallIntegerField(_("longest loan, days"))
    priority = models.PositiveSmallIntegerField(_("queue priority"), default=0)
    discount_percent = models.PositiveSmallIntegerField(_("standing discount, %"), default=0)
    frequent_reader_percent = models.PositiveSmallIntegerField(_("frequent-reader discount, %"), default=0)
    big_spender_percent = models.PositiveSmallIntegerField(_("big-spender reward, %"), default=0)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["price", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="plan_price_not_negative"),
            models.CheckConstraint(
                condition=Q(discount_percent__lte=100, frequent_reader_percent__lte=100, big_spender_percent__lte=100),
                name="plan_discounts_at_most_100",
            ),
            models.CheckConstraint(condition=Q(period_days__gt=0, max_days__gt=0), name="plan_days_positive"),
            models.CheckConstraint(condition=~Q(code="FREE") | Q(price=0), name="plan_free_costs_nothing"),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A patron's plan and current period. A period that has ended gives FREE's limits at once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscription", verbose_name=_("user")
    )
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions", verbose_name=_("plan"))
    next_plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("plan from the next period"),
    )
    period_started_at = models.DateTimeField(_("period started at"))
    period_ends_at = models.DateTimeField(_("period ends at"), null=True, blank=True)
    auto_renew = models.BooleanField(_("renews itself"), default=True)
    # What this period has cost: staff may give one away, and what nobody paid is not credited either.
    paid = money_field(_("paid for this period"), default=Decimal(0))
    reminded = models.BooleanField(_("was told that the period ends"), default=False, editable=False)
    # Grows with each change: the ledger's keys are good for one of them only.
    step = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(
                condition=Q(period_ends_at=None) | Q(period_ends_at__gt=F("period_started_at")),
                name="subscription_period_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(paid__gte=0), name="subscription_paid_not_negative"),
        ]
        indexes = [models.Index(fields=["period_ends_at"], name="subscription_ending")]

    def __str__(self) -> str:
        return f"{self.user}: {self.plan}"

    @property
    def end_of_period(self) -> datetime:
        """Of a plan that ends. Raises ValueError for Free."""
        if self.period_ends_at is None:
            raise ValueError(f"The period of subscription {self.pk} has no end")
        return self.period_ends_at


class Wallet(models.Model):
    """A patron's balance: the sum of its ledger entries, always. Its row is the lock for all of a patron's limits."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="wallet", verbose_name=_("user"))
    balance = money_field(_("balance"), default=Decimal(0))

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="wallet_balance_not_negative")]

    def __str__(self) -> str:
        return f"{self.user}: {self.balance}"


class LedgerEntry(models.Model):
    """One movement of money. Append-only: a trigger in the database refuses every change (rules.md, "Wallet")."""

    class Kind(models.TextChoices):
        TOP_UP = "top_up", _("Top-up")
        RESERVATION = "reservation", _("Reservation")
        REFUND = "refund", _("Refund")
        SUBSCRIPTION = "subscription", _("Subscription")
        SUBSCRIPTION_CREDIT = "subscription_credit", _("Subscription credit")
        LATE_FEE = "late_fee", _("Late fee")
        LOST_COPY = "lost_copy", _("Lost copy")
        ADJUSTMENT = "adjustment", _("Adjustment")
        TOP_UP_REFUND = "top_up_refund", _("Top-up given back")
        FORFEIT = "forfeit", _("Given up with the account")

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries", verbose_name=_("wallet"))
    amount = money_field(_("amount"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    balance_after = money_field(_("balance after"))
    reference = models.CharField(_("refers to"), max_length=60, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    idempotency_key = models.CharField(_("idempotency key"), max_length=255, unique=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_amount_not_zero"),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="ledger_balance_not_negative"),
        ]
        indexes = [
            models.Index(fields=["wallet", "-id"], name="ledger_statement"),
            models.Index(fields=["wallet", "kind", "created_at"], name="ledger_by_kind"),
            models.Index(fields=["reference"], name="ledger_by_reference"),
            # Money by month is read from the index alone.
            models.Index(fields=["created_at"], include=["kind", "amount"], name="ledger_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class AdjustmentRequest(models.Model):
    """An admin's correction of a wallet: written at once while it is small, else by a second admin's word."""

    class Decision(models.TextChoices):
        WAITING = "waiting", _("waits for a second admin")
        AT_ONCE = "at_once", _("needed no second admin")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="adjustments", verbose_name=_("wallet"), db_index=False
    )
    amount = money_field(_("amount"))
    reason = models.CharField(_("reason"), max_length=140)
    idempotency_key = models.CharField(_("idempotency key"), max_length=255, unique=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked for at"))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_amount_not_zero"),
            models.CheckConstraint(
                condition=Q(decision="waiting", decided_at=None)
                | (~Q(decision="waiting") & Q(decided_at__isnull=False)),
                name="adjustment_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="adjustment_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["wallet", "requested_by", "requested_at"], name="adjustment_of_a_day"),
            models.Index(fields=["decision", "-id"], name="adjustment_by_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} · {self.get_decision_display()}"


class Debt(models.Model):
    """What a wallet could not cover; the next top-up pays it first, and until then it blocks new reservations."""

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="debts", verbose_name=_("wallet"))
    amount = money_field(_("amount"))
    outstanding = money_field(_("still open"))
    waived = money_field(_("no longer asked for"), default=Decimal(0))
    # Where all was waived there is no entry: the debt itself knows what was done to it.
    waiver_keys = ArrayField(models.CharField(max_length=255), default=list, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=LedgerEntry.Kind, default=LedgerEntry.Kind.LATE_FEE)
    reference = models.CharField(_("refers to"), max_length=60)
    idempotency_key = models.CharField(_("idempotency key"), max_length=255, unique=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("debt")
        verbose_name_plural = _("debts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, outstanding__gte=0, waived__gte=0)
                & Q(outstanding__lte=F("amount") - F("waived")),
                name="debt_amounts_make_sense",
            ),
        ]
        indexes = [
            models.Index(fields=["wallet", "id"], name="debt_open", condition=Q(outstanding__gt=0)),
            models.Index(fields=["reference"], name="debt_by_reference"),
            models.Index(
                fields=["created_at"], include=["outstanding"], name="debt_open_by_time", condition=Q(outstanding__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.outstanding}"
