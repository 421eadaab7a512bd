"""What must hold in wallets, ledger, debts, payments and adjustments: SQL on the tables as they are, a function a rule.

`manage.py verify_ledger` checks these, `manage.py audit` these and those of lending (docs/auditing.md).
"""

from subscriptions.auditing import adjustments, debts, ledger, payments  # noqa: F401
from subscriptions.auditing.register import CHECKS

__all__ = ["CHECKS"]
