"""Payments and the money that they brought (rules.md, "Wallet")."""

from library_portal.auditing import Findings, Moment, find
from subscriptions.auditing.register import check


@check("payments")
def a_payment_is_credited_once_when_confirmed(moment: Moment) -> Findings:
    return find(
        moment,
        "Payment {payment_id} of ${amount} is “{status}”, and ${credited} were credited for it in {entries} entries.",
        """
        SELECT coalesce(payment.id, credit.payment_id) AS payment_id, coalesce(payment.amount, 0.00) AS amount,
               coalesce(payment.status, 'missing') AS status,
               coalesce(credit.total, 0.00) AS credited, coalesce(credit.entries, 0) AS entries
        FROM subscriptions_payment AS payment
        FULL JOIN (
            SELECT split_part(reference, ':', 2)::bigint AS payment_id, wallet_id,
                   sum(amount) AS total, count(*) AS entries
            FROM subscriptions_ledgerentry
            WHERE kind = 'top_up' AND reference ~ '^payment:[0-9]{1,18}$' GROUP BY 1, 2
        ) AS credit ON credit.payment_id = payment.id AND credit.wallet_id = payment.wallet_id
        WHERE (coalesce(credit.total, 0), coalesce(credit.entries, 0))
              <> (CASE payment.status WHEN 'confirmed' THEN payment.amount ELSE 0 END,
                  CASE payment.status WHEN 'confirmed' THEN 1 ELSE 0 END)
           OR payment.id IS NULL
        """,
    )
