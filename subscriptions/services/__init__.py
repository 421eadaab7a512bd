"""Use cases of plans, wallet and payments."""

from subscriptions.services.plans import set_plan
from subscriptions.services.top_up import (
    InvalidAmount,
    PaymentNotFound,
    UnknownProvider,
    cancel_payment,
    confirm_payment,
    start_top_up,
)
from subscriptions.services.wallet import (
    EntryKind,
    InsufficientFunds,
    adjust,
    charge,
    charge_or_owe,
    give_up_balance,
    lock_wallet,
    refund,
    take_fee_back,
)

__all__ = [
    "EntryKind",
    "InsufficientFunds",
    "InvalidAmount",
    "PaymentNotFound",
    "UnknownProvider",
    "adjust",
    "cancel_payment",
    "charge",
    "charge_or_owe",
    "confirm_payment",
    "give_up_balance",
    "lock_wallet",
    "refund",
    "set_plan",
    "start_top_up",
    "take_fee_back",
]
