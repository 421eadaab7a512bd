"""What wallets could not cover (rules.md, "Late" and "Wallet")."""

from library_portal.auditing import Findings, Moment, find
from subscriptions.auditing.register import check


@check("debts")
def a_debt_is_open_waived_or_settled(moment: Moment) -> Findings:
    """Settled by entries of its own wallet that say the same as the debt."""
    return find(
        moment,
        "“{debt}” of ${amount}: ${outstanding} open, ${waived} waived, ${settled} paid by entries.",
        """
        SELECT debt.id AS debt_id, coalesce('debt:' || debt.id, paid.debt) AS debt,
               coalesce(debt.amount, 0.00) AS amount, coalesce(debt.outstanding, 0.00) AS outstanding,
               coalesce(debt.waived, 0.00) AS waived, coalesce(paid.total, 0.00) AS settled
        FROM subscriptions_debt AS debt
        FULL JOIN (
            SELECT split_part(idempotency_key, ':entry:', 1) AS debt, wallet_id, kind, reference, -sum(amount) AS total
            FROM subscriptions_ledgerentry WHERE starts_with(idempotency_key, 'debt:') GROUP BY 1, 2, 3, 4
        ) AS paid ON paid.debt = 'debt:' || debt.id AND paid.wallet_id = debt.wallet_id
                 AND paid.kind = debt.kind AND paid.reference = debt.reference
        WHERE debt.id IS NULL OR debt.outstanding + debt.waived + coalesce(paid.total, 0) <> debt.amount
        """,
    )


@check("debts-first")
def a_top_up_pays_debts_first(moment: Moment) -> Findings:
    """After the newest top-up and what it settled, money may be left or an older debt be open, not both."""
    return find(
        moment,
        "Debt {debt_id}: ${outstanding} stayed open although top-up {entry_id} left ${balance_after}.",
        """
        SELECT debt.id AS debt_id, debt.outstanding, top_up.id AS entry_id, settled.balance_after
        FROM subscriptions_debt AS debt
        CROSS JOIN LATERAL (
            SELECT id, created_at FROM subscriptions_ledgerentry
            WHERE wallet_id = debt.wallet_id AND kind = 'top_up' ORDER BY created_at DESC, id DESC LIMIT 1
        ) AS top_up
        CROSS JOIN LATERAL (
            SELECT balance_after FROM subscriptions_ledgerentry
            WHERE wallet_id = debt.wallet_id AND id >= top_up.id
              AND (id = top_up.id OR idempotency_key ~ ('^debt:[0-9]{1,18}:entry:' || top_up.id || '$'))
            ORDER BY id DESC LIMIT 1
        ) AS settled
        WHERE debt.outstanding > 0 AND debt.created_at < top_up.created_at - %(soon)s AND settled.balance_after > 0
        """,
    )
