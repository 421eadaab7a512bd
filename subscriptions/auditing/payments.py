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


@check("payment-refunds")
def what_went_back_of_a_payment_left_its_wallet(moment: Moment) -> Findings:
    """A refund that failed is in the wallet again, but where the account was closed meanwhile."""
    return find(
        moment,
        "Of payment {payment_id} (${amount}, “{status}”) ${refunded} went back; its refunds make ${asked}, its wallet "
        "paid ${debited}.",
        """
        SELECT payment.id AS payment_id, payment.amount, payment.status, payment.refunded,
               coalesce(refunds.total, 0.00) AS asked, coalesce(debits.total, 0.00) AS debited
        FROM subscriptions_payment AS payment
        LEFT JOIN (
            SELECT payment_id, sum(amount) FILTER (WHERE status <> 'failed') AS total
            FROM subscriptions_paymentrefund GROUP BY payment_id
        ) AS refunds ON refunds.payment_id = payment.id
        LEFT JOIN (
            SELECT split_part(reference, ':', 2)::bigint AS payment_id, -sum(amount) AS total
            FROM subscriptions_ledgerentry
            WHERE kind = 'top_up_refund' AND reference ~ '^payment:[0-9]{1,18}$' GROUP BY 1
        ) AS debits ON debits.payment_id = payment.id
        WHERE payment.refunded < coalesce(refunds.total, 0)
           OR coalesce(debits.total, 0) <> CASE payment.status WHEN 'confirmed' THEN payment.refunded ELSE 0 END
        """,
    )
