"""What must hold in wallets, ledger, debts and payments: SQL on the tables as they are, a function for each rule.

`manage.py verify_ledger` checks these, `manage.py audit` these and those of lending (docs/auditing.md).
"""

from subscriptions.auditing import debts, ledger, payments  # noqa: F401
from subscriptions.auditing.register import CHECKS

__all__ = ["CHECKS"]
