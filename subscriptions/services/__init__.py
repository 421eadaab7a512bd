"""Use cases of plans, wallet and payments."""

from subscriptions.services.plans import (
    NothingToRenew,
    SubscriptionError,
    UnknownPlan,
    change_plan,
    change_subscription,
    set_auto_renew,
    set_plan,
)
from subscriptions.services.renewal import end_period, remind_of_end
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
    "NothingToRenew",
    "PaymentNotFound",
    "SubscriptionError",
    "UnknownPlan",
    "UnknownProvider",
    "adjust",
    "cancel_payment",
    "change_plan",
    "change_subscription",
    "charge",
    "charge_or_owe",
    "confirm_payment",
    "end_period",
    "give_up_balance",
    "lock_wallet",
    "refund",
    "remind_of_end",
    "set_auto_renew",
    "set_plan",
    "start_top_up",
    "take_fee_back",
]
