"""Wallets, the ledger, debts and payments (rules.md, "Wallet")."""

from reservations.auditing.register import Findings, Moment, check, find


@check("wallet-balance")
def a_balance_is_the_sum_of_its_entries(moment: Moment) -> Findings:
    return find(
        moment,
        "Wallet {wallet_id} of patron {user_id} holds ${balance}, its entries make ${total_of_entries}.",
        """
        SELECT wallet.id AS wallet_id, wallet.user_id, wallet.balance,
               coalesce(sums.total, 0.00) AS total_of_entries
        FROM subscriptions_wallet AS wallet
        LEFT JOIN (
            SELECT wallet_id, sum(amount) AS total FROM subscriptions_ledgerentry GROUP BY wallet_id
        ) AS sums ON sums.wallet_id = wallet.id
        WHERE wallet.balance <> coalesce(sums.total, 0)
        """,
    )


@check("ledger-runs")
def each_entry_continues_the_one_before(moment: Moment) -> Findings:
    return find(
        moment,
        "Entry {entry_id} of wallet {wallet_id}: ${amount} after ${before} leaves ${balance_after}.",
        """
        SELECT id AS entry_id, wallet_id, amount, before, balance_after FROM (
            SELECT id, wallet_id, amount, balance_after,
                   coalesce(lag(balance_after) OVER (PARTITION BY wallet_id ORDER BY id), 0.00) AS before
            FROM subscriptions_ledgerentry
        ) AS run WHERE balance_after <> before + amount
        """,
    )


@check("negative-balance")
def nothing_is_below_zero(moment: Moment) -> Findings:
    return find(
        moment,
        "Wallet {wallet_id} stood at ${balance} ({place}).",
        """
        SELECT id AS wallet_id, balance, 'now' AS place FROM subscriptions_wallet WHERE balance < 0
        UNION ALL
        SELECT wallet_id, balance_after, 'entry ' || id FROM subscriptions_ledgerentry WHERE balance_after < 0
        """,
    )


@check("debts")
def a_debt_is_open_waived_or_settled(moment: Moment) -> Findings:
    return find(
        moment,
        "Debt {debt_id} of ${amount}: ${outstanding} open, ${waived} waived, ${settled} paid by entries.",
        """
        SELECT debt.id AS debt_id, debt.amount, debt.outstanding, debt.waived, coalesce(paid.total, 0.00) AS settled
        FROM subscriptions_debt AS debt
        LEFT JOIN (
            SELECT split_part(idempotency_key, ':', 2)::bigint AS debt_id, -sum(amount) AS total
            FROM subscriptions_ledgerentry WHERE idempotency_key ~ '^debt:[0-9]{1,18}:entry:' GROUP BY 1
        ) AS paid ON paid.debt_id = debt.id
        WHERE debt.outstanding + debt.waived + coalesce(paid.total, 0) <> debt.amount
        """,
    )


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


@check("ledger-references")
def an_entry_refers_to_a_reservation_of_its_patron(moment: Moment) -> Findings:
    return find(
        moment,
        "Entry {entry_id} (${amount}, {kind}) in the wallet of patron {user_id} refers to {reference}, {problem}.",
        """
        SELECT entry.id AS entry_id, entry.amount, entry.kind, wallet.user_id, entry.reference,
               CASE WHEN reservation.id IS NULL THEN 'which does not exist'
                    ELSE 'which is of patron ' || reservation.user_id END AS problem
        FROM subscriptions_ledgerentry AS entry
        JOIN subscriptions_wallet AS wallet ON wallet.id = entry.wallet_id
        LEFT JOIN reservations_reservation AS reservation
               ON reservation.id = split_part(entry.reference, ':', 2)::bigint
        WHERE entry.reference ~ '^(reservation|lost-copy):[0-9]{1,18}$'
          AND reservation.user_id IS DISTINCT FROM wallet.user_id
        """,
    )
