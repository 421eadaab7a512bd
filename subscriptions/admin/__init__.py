"""Plans are edited here; money is only read, or moved by an act with a reason."""

from subscriptions.admin import (  # noqa: F401 - Django registers what they hold
    adjustments,
    debts,
    ledger,
    patrons_plans,
    payments,
    plans,
    wallets,
)
