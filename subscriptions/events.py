"""What happens to plans and money, for the outbox. Amounts are strings of dollars with two places."""

from dataclasses import dataclass
from typing import ClassVar

from library_portal.outbox import Event


@dataclass(frozen=True)
class WalletMovement(Event):
    user_id: int
    entry_id: int
    amount: str
    kind: str
    reference: str
    balance_after: str


@dataclass(frozen=True)
class WalletCredited(WalletMovement):
    name: ClassVar[str] = "wallet.credited"


@dataclass(frozen=True)
class WalletDebited(WalletMovement):
    name: ClassVar[str] = "wallet.debited"


@dataclass(frozen=True)
class PaymentStarted(Event):
    name: ClassVar[str] = "payment.started"
    payment_id: int
    user_id: int
    amount: str
    provider: str


@dataclass(frozen=True)
class PaymentConfirmed(Event):
    name: ClassVar[str] = "payment.confirmed"
    payment_id: int
    user_id: int
    amount: str
    confirmed_at: str


@dataclass(frozen=True)
class PaymentHeld(Event):
    """Paid, and in no wallet; `problem` says why (`Payment.Problem`)."""

    name: ClassVar[str] = "payment.held"
    payment_id: int
    problem: str


@dataclass(frozen=True)
class RefundSettled(Event):
    refund_id: int
    payment_id: int
    user_id: int
    amount: str


@dataclass(frozen=True)
class PaymentRefunded(RefundSettled):
    name: ClassVar[str] = "payment.refunded"


@dataclass(frozen=True)
class PaymentRefundFailed(RefundSettled):
    name: ClassVar[str] = "payment.refund_failed"


@dataclass(frozen=True)
class SubscriptionChanged(Event):
    name: ClassVar[str] = "subscription.changed"
    user_id: int
    plan: str
    changed_at: str


@dataclass(frozen=True)
class SubscriptionRenewed(Event):
    name: ClassVar[str] = "subscription.renewed"
    user_id: int
    plan: str
    charged: str
    ends_at: str


@dataclass(frozen=True)
class SubscriptionEnded(Event):
    user_id: int
    plan: str
    ended_at: str


@dataclass(frozen=True)
class SubscriptionExpired(SubscriptionEnded):
    name: ClassVar[str] = "subscription.expired"


@dataclass(frozen=True)
class SubscriptionRenewalFailed(SubscriptionEnded):
    name: ClassVar[str] = "subscription.renewal_failed"


@dataclass(frozen=True)
class SubscriptionEndsSoon(Event):
    name: ClassVar[str] = "subscription.ends_soon"
    user_id: int
    plan: str
    ends_at: str
