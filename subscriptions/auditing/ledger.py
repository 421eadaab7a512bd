"""Wallets and their ledgers (rules.md, "Wallet")."""

from library_portal.auditing import Findings, Moment, find
from subscriptions.auditing.register import check


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


@check("ledger-keys")
def a_key_is_used_once(moment: Moment) -> Findings:
    """Looked for in the table, not in the index that forbids it; compared by hash first, as keys are long: in order, so
    that equal ones stand together."""
    return find(
        moment,
        "Entries {entries} have the same idempotency key “{key}”.",
        """
        SELECT min(entry.id) AS entry_id, string_agg(entry.id::text, ', ' ORDER BY entry.id) AS entries,
               entry.idempotency_key AS key
        FROM subscriptions_ledgerentry AS entry
        WHERE hashtextextended(idempotency_key, 0) IN (
            SELECT hash FROM (
                SELECT hashtextextended(idempotency_key, 0) AS hash FROM subscriptions_ledgerentry ORDER BY hash
            ) AS hashes GROUP BY hash HAVING count(*) > 1
        )
        GROUP BY entry.idempotency_key HAVING count(*) > 1
        """,
    )


@check("ledger-kinds")
def plans_and_what_is_given_up_are_as_their_kind_says(moment: Moment) -> Findings:
    """For other kinds their payments, reservations and requests speak."""
    return find(
        moment,
        "Entry {entry_id} of wallet {wallet_id} (${amount}, {kind}) {problem}.",
        """
        SELECT * FROM (
            SELECT entry.id AS entry_id, entry.wallet_id, entry.amount, entry.kind, CASE
                WHEN entry.kind = 'forfeit' AND (person.erased_at IS NULL OR entry.balance_after <> 0)
                    THEN 'was given up by nobody who has left'
                WHEN entry.kind <> 'forfeit' AND entry.reference <> 'subscription:' || plan.id
                    THEN 'is for no plan of this patron'
                WHEN entry.kind <> 'forfeit' AND sum(entry.amount) FILTER (WHERE entry.kind <> 'forfeit')
                     OVER (PARTITION BY entry.wallet_id ORDER BY entry.id) > 0
                    THEN 'gives back more than was paid for plans' END AS problem
            FROM subscriptions_ledgerentry AS entry
            JOIN subscriptions_wallet AS wallet ON wallet.id = entry.wallet_id
            JOIN accounts_user AS person ON person.id = wallet.user_id
            LEFT JOIN subscriptions_subscription AS plan ON plan.user_id = wallet.user_id
            WHERE entry.kind IN ('subscription', 'subscription_credit', 'forfeit')
        ) AS judged WHERE problem IS NOT NULL
        """,
    )
