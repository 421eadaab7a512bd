"""Corrections by admins (rules.md, "Wallet")."""

from library_portal.auditing import Findings, Moment, find
from subscriptions.auditing.register import check


@check("adjustments")
def what_admins_decided_was_written_once(moment: Moment) -> Findings:
    """What needed no admin refers to no request: money given up with an account, people made for demonstrations."""
    return find(
        moment,
        "“{reference}” of ${amount} is “{decision}”, and ${written} were written for it in {entries} entries.",
        """
        SELECT request.id AS request_id, coalesce('adjustment:' || request.id, entry.reference) AS reference,
               coalesce(request.amount, 0.00) AS amount, coalesce(request.decision, 'missing') AS decision,
               coalesce(entry.total, 0.00) AS written, coalesce(entry.entries, 0) AS entries
        FROM subscriptions_adjustmentrequest AS request
        FULL JOIN (
            SELECT reference, wallet_id, sum(amount) AS total, count(*) AS entries
            FROM subscriptions_ledgerentry WHERE kind = 'adjustment' AND reference <> 'adjustment'
            GROUP BY reference, wallet_id
        ) AS entry ON entry.reference = 'adjustment:' || request.id AND entry.wallet_id = request.wallet_id
        WHERE request.id IS NULL
           OR (coalesce(entry.total, 0), coalesce(entry.entries, 0))
              <> (CASE WHEN request.decision IN ('at_once', 'approved') THEN request.amount ELSE 0 END,
                  CASE WHEN request.decision IN ('at_once', 'approved') THEN 1 ELSE 0 END)
        """,
    )
