"""Payments and the money that they brought (rules.md, "Wallet")."""

from library_portal.auditing import Findings, Moment, find
from subscriptions.auditing.register import check


@check("payments")
def a_payment_is_credited_once_when_confirmed(moment: Moment) -> Findings:
    """No top-up without a payment, either."""
    return find(
        moment,
        "“{reference}” of ${amount} is “{status}”, and ${credited} were credited for it in {entries} entries.",
        """
        SELECT payment.id AS payment_id, coalesce('payment:' || payment.id, credit.reference) AS reference,
               coalesce(payment.amount, 0.00) AS amount, coalesce(payment.status, 'missing') AS status,
               coalesce(credit.total, 0.00) AS credited, coalesce(credit.entries, 0) AS entries
        FROM subscriptions_payment AS payment
        FULL JOIN (
            SELECT reference, wallet_id, sum(amount) AS total, count(*) AS entries
            FROM subscriptions_ledgerentry WHERE kind = 'top_up' GROUP BY reference, wallet_id
        ) AS credit ON credit.reference = 'payment:' || payment.id AND credit.wallet_id = payment.wallet_id
        WHERE (coalesce(credit.total, 0), coalesce(credit.entries, 0))
              <> (CASE payment.status WHEN 'confirmed' THEN payment.amount ELSE 0 END,
                  CASE payment.status WHEN 'confirmed' THEN 1 ELSE 0 END)
           OR payment.id IS NULL
        """,
    )


@check("payment-refunds")
def what_went_back_of_a_payment_left_its_wallet(moment: Moment) -> Findings:
    """A refund that failed is in the wallet again, or held where the account was closed; no other money left."""
    return find(
        moment,
        "Of “{reference}” (${amount}, “{status}”) ${refunded} went back; its refunds make ${asked}, its wallet "
        "paid ${debited}.",
        """
        SELECT payment.id AS payment_id, coalesce('payment:' || payment.id, debits.reference) AS reference,
               coalesce(payment.amount, 0.00) AS amount, coalesce(payment.status, 'missing') AS status,
               coalesce(payment.refunded, 0.00) AS refunded,
               coalesce(refunds.total, 0.00) AS asked, coalesce(debits.total, 0.00) AS debited
        FROM subscriptions_payment AS payment
        LEFT JOIN (
            SELECT payment_id, sum(amount) FILTER (WHERE status <> 'failed') AS total
            FROM subscriptions_paymentrefund GROUP BY payment_id
        ) AS refunds ON refunds.payment_id = payment.id
        FULL JOIN (
            SELECT reference, wallet_id, -sum(amount) AS total
            FROM subscriptions_ledgerentry WHERE kind = 'top_up_refund' GROUP BY reference, wallet_id
        ) AS debits ON debits.reference = 'payment:' || payment.id AND debits.wallet_id = payment.wallet_id
        WHERE payment.id IS NULL OR payment.refunded <> coalesce(refunds.total, 0)
           OR coalesce(debits.total, 0) <> CASE payment.status WHEN 'confirmed' THEN payment.refunded ELSE 0 END
        """,
    )
