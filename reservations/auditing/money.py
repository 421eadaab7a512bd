"""Money and lending: what an entry of the ledger says it is for (rules.md, "Wallet")."""

from reservations.auditing.register import Findings, Moment, check, find


@check("ledger-references")
def an_entry_refers_to_a_reservation_of_its_patron(moment: Moment) -> Findings:
    return find(
        moment,
        "Entry {entry_id} (${amount}, {kind}) in the wallet of patron {user_id} refers to “{reference}”, {problem}.",
        """
        SELECT entry.id AS entry_id, entry.amount, entry.kind, wallet.user_id, entry.reference,
               CASE WHEN reservation.id IS NULL THEN 'which does not exist'
                    ELSE 'which is of patron ' || reservation.user_id END AS problem
        FROM subscriptions_ledgerentry AS entry
        JOIN subscriptions_wallet AS wallet ON wallet.id = entry.wallet_id
        LEFT JOIN reservations_reservation AS reservation
               ON reservation.id = substring(entry.reference FROM '^(?:reservation|lost-copy):([0-9]{1,18})$')::bigint
        WHERE (entry.kind IN ('reservation', 'refund', 'late_fee', 'lost_copy')
               OR entry.reference ~ '^(reservation|lost-copy):[0-9]{1,18}$')
          AND reservation.user_id IS DISTINCT FROM wallet.user_id
        """,
    )
