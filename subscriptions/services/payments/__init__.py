"""Use cases of top-ups. Providers are talked to outside of transactions; each step is safe to repeat."""

from subscriptions.services.payments.opening import (
    AccountClosed,
    InvalidAmount,
    UnknownProvider,
    start_top_up,
)
from subscriptions.services.payments.refunds import (
    AskedBefore,
    NotRefundable,
    ask_for_refund,
    refund_payment,
)
from subscriptions.services.payments.settling import (
    PaymentNotFound,
    cancel_payment,
    confirm_payment,
    settle,
)
from subscriptions.services.payments.sweeping import forget_provider_events, sweep_payment
from subscriptions.services.payments.webhooks import receive_webhook

__all__ = [
    "AccountClosed",
    "AskedBefore",
    "InvalidAmount",
    "NotRefundable",
    "PaymentNotFound",
    "UnknownProvider",
    "ask_for_refund",
    "cancel_payment",
    "confirm_payment",
    "forget_provider_events",
    "receive_webhook",
    "refund_payment",
    "settle",
    "start_top_up",
    "sweep_payment",
]
