"""What may go wrong in a library, as SQL against its own rules, and the audit's rules that see it."""


def dropping(table: str, *constraints: str) -> str:
    return "".join(f"ALTER TABLE {table} DROP CONSTRAINT {name};" for name in constraints)


RESERVATION = "UPDATE reservations_reservation SET "
NO_RULES = dropping(
    "reservations_reservation",
    "reservation_copy_fits_status",
    "reservation_hold_fits_status",
    "reservation_loan_dates_fit_status",
    "reservation_closed_at_fits_status",
    "reservation_amounts_make_sense",
    "reservation_lost_only_when_closed",
)
COPY = "UPDATE books_copy SET "
ENTRY = "UPDATE subscriptions_ledgerentry SET "


def moving(dollars: str, kind: str, reference: str = "''") -> str:
    """A month ago, in the wallet that a payment was for, which has the money: sums and events are right."""
    return (
        "INSERT INTO subscriptions_ledgerentry (wallet_id, amount, kind, balance_after, reference, reason,"
        f" idempotency_key, created_at) SELECT wallet.id, {dollars}, '{kind}', balance + {dollars}, {reference}, '',"
        " 'by hand', now() - interval '1 month' FROM subscriptions_payment AS payment"
        " JOIN subscriptions_wallet AS wallet ON wallet.id = payment.wallet_id;"
        f"UPDATE subscriptions_wallet SET balance = balance + {dollars}"
        " WHERE id IN (SELECT wallet_id FROM subscriptions_payment);"
    )


EVENT = "(SELECT id FROM outbox_outboxevent WHERE name = 'reservation.ready' ORDER BY id DESC LIMIT 1)"

# What is broken: the SQL, and the checks that see it, no others.
BREAKAGES = {
    "a lent copy stands on the shelf": (COPY + "status = 'available' WHERE id = {lent_copy}", ["copy-and-reservation"]),
    "a held copy is lent to nobody": (COPY + "status = 'on_loan' WHERE id = {held_copy}", ["copy-and-reservation"]),
    "a free copy is held for nobody": (COPY + "status = 'held' WHERE id = {returned_copy}", ["copy-and-reservation"]),
    "one copy is lent twice": (
        "DROP INDEX reservation_one_per_copy;" + RESERVATION + "copy_id = {lent_copy} WHERE id = {held}",
        ["copy-and-reservation", "copy-of-another-book"],
    ),
    "a loan has a copy of another book": (
        RESERVATION + "copy_id = {held_copy} WHERE id = {returned}",
        ["copy-of-another-book"],
    ),
    "a lost copy is back without being found": (
        COPY + "status = 'available', reason = '' WHERE id = {lost_copy}",
        ["lost-copy"],
    ),
    "a lent copy is on the hold shelf": (
        "INSERT INTO reservations_holdshelfplace (copy_id, reservation_id, placed_at)"
        " VALUES ({lent_copy}, {lent}, now())",
        ["hold-shelf"],
    ),
    "somebody waits twice for a book": (
        "DROP INDEX reservation_one_open_per_patron_and_book;"
        + RESERVATION
        + "user_id = (SELECT user_id FROM reservations_reservation WHERE id = {place}) WHERE id = {second}",
        ["open-twice"],
    ),
    "a place has a time of holding": (
        NO_RULES + RESERVATION + "hold_until = now() + interval '1 year' WHERE id = {place}",
        ["state"],
    ),
    "a loan has no dates": (NO_RULES + RESERVATION + "due_on = NULL WHERE id = {lent}", ["state"]),
    "what ended has no end": (NO_RULES + RESERVATION + "closed_at = NULL WHERE id = {cancelled}", ["state"]),
    "a hold never ends": (RESERVATION + "hold_until = now() - interval '1 day' WHERE id = {held}", ["hold-over"]),
    "a loan is due before its days are over": (
        RESERVATION + "due_on = starts_on + 6 WHERE id = {lent}",
        ["loan-dates"],
    ),
    "a balance is not its entries": (
        "UPDATE subscriptions_wallet SET balance = balance + 1 WHERE user_id = (SELECT user_id FROM"
        " reservations_reservation WHERE id = {lent})",
        ["wallet-balance"],
    ),
    "a balance is below zero": (
        dropping("subscriptions_wallet", "wallet_balance_not_negative")
        + dropping("subscriptions_ledgerentry", "ledger_balance_not_negative")
        + "INSERT INTO subscriptions_ledgerentry (wallet_id, amount, kind, balance_after, reference, reason,"
        " idempotency_key, created_at) SELECT id, -1 - balance, 'adjustment', -1, 'adjustment', '', 'below',"
        " now() - interval '1 month' FROM subscriptions_wallet ORDER BY id LIMIT 1;"
        "UPDATE subscriptions_wallet SET balance = -1 WHERE id = (SELECT min(id) FROM subscriptions_wallet)",
        ["negative-balance"],
    ),
    "an entry leaves another balance": (
        ENTRY + "balance_after = balance_after + 1 WHERE reference = 'reservation:{lent}'",
        ["ledger-runs"],
    ),
    "a debt is forgotten": ("UPDATE subscriptions_debt SET outstanding = 0", ["debts", "lost-charges"]),
    "a payment is confirmed without money": (
        "UPDATE subscriptions_payment SET amount = 2",
        ["payments"],
    ),
    "a payment went back, and its wallet has the money": (
        "UPDATE subscriptions_payment SET refunded = 1",
        ["payment-refunds"],
    ),
    "money came in that nobody has paid": (
        ENTRY + "kind = 'top_up' WHERE id = (SELECT min(id) FROM subscriptions_ledgerentry WHERE kind = 'adjustment')",
        ["payments"],
    ),
    "money went back to nobody": (
        ENTRY + "kind = 'top_up_refund' WHERE id = (SELECT min(id) FROM subscriptions_ledgerentry)",
        ["payment-refunds"],
    ),
    "money went back, and no refund was asked for": (
        moving("-0.01", "top_up_refund", "'payment:' || payment.id")
        + "UPDATE subscriptions_payment SET refunded = 0.01",
        ["payment-refunds"],
    ),
    "a reader who is here has given money up": (moving("-0.01", "forfeit"), ["ledger-kinds"]),
    "a plan gives back what nobody paid": (moving("0.01", "subscription_credit"), ["ledger-kinds"]),
    "a fee for nothing": (moving("-0.01", "late_fee"), ["ledger-references"]),
    "an adjustment was approved and not written": (
        "INSERT INTO subscriptions_adjustmentrequest (wallet_id, amount, reason, idempotency_key, requested_at,"
        " decision, decided_at) SELECT min(id), 5, 'why', 'key', now(), 'approved', now() FROM subscriptions_wallet",
        ["adjustments"],
    ),
    "an adjustment that no admin has decided": (
        ENTRY + "reference = 'adjustment:7' WHERE id = (SELECT min(id) FROM subscriptions_ledgerentry)",
        ["adjustments"],
    ),
    "a key is used for several movements": (
        dropping("subscriptions_ledgerentry", "subscriptions_ledgerentry_idempotency_key_key")
        + ENTRY
        + "idempotency_key = 'start' WHERE kind = 'adjustment'",
        ["ledger-keys"],
    ),
    "money was left beside a debt": (
        "UPDATE subscriptions_debt SET amount = amount + 1, outstanding = outstanding + 1,"
        " created_at = now() - interval '1 day' WHERE reference = 'reservation:{late}'",
        ["debts-first", "late-fees"],
    ),
    "what was paid is for a debt that never was": (
        ENTRY + "idempotency_key = 'debt:999999:entry:1' WHERE idempotency_key LIKE 'debt:%'",
        ["debts"],
    ),
    "an entry speaks of no reservation": (
        ENTRY + "reference = 'reservation:999999' WHERE reference = 'reservation:{lent}'",
        ["ledger-references", "reservation-money"],
    ),
    "more is paid than the ledger says": (
        RESERVATION + "price = 9, paid = 9 WHERE id = {lent}",
        ["price", "reservation-money"],
    ),
    "a late fee was never charged": (RESERVATION + "late_fee = 5 WHERE id = {late}", ["late-fees", "late-fee-rule"]),
    "a lost copy costs nothing": (RESERVATION + "lost_fee = 0 WHERE id = {lost}", ["lost-charges", "late-fee-rule"]),
    "a place is paid": (
        RESERVATION + "paid = 1, refunded = 1 WHERE id = {place}",
        ["amounts"],
    ),
    "a discount without a name": (RESERVATION + "discount_name = '' WHERE id = {lent}", ["discount"]),
    "a hold costs too little for its days": (RESERVATION + "days = 8 WHERE id = {held}", ["price"]),
    "days not used were kept": (
        RESERVATION + "closed_at = closed_at - interval '1 day' WHERE id = {returned}",
        ["early-return"],
    ),
    "a book miscounts who waits": (
        "UPDATE books_book SET waiting_count = 7 WHERE waiting_count = 2",
        ["waiting-count"],
    ),
    "a place has another plan's priority": (RESERVATION + "priority = 0 WHERE id = {second}", ["priority"]),
    "a copy was held past who waits": (
        RESERVATION + "queued_at = queued_at - interval '1 hour',"
        " joined_at = joined_at - interval '1 hour' WHERE id = {place};"
        "UPDATE subscriptions_subscription SET period_started_at = now() - interval '20 days'",
        ["overtaken"],
    ),
    "a free copy of a book that is waited for": (
        "INSERT INTO books_copy (book_id, barcode, status, reason) SELECT book_id, 'new', 'available', ''"
        " FROM reservations_reservation WHERE id = {place}",
        ["free-copy-waited-for"],
    ),
    "more copies than the plan allows": (
        "UPDATE subscriptions_plan SET max_copies = 0 WHERE code = 'PLUS';"
        "UPDATE subscriptions_subscription SET period_started_at = now() - interval '20 days'",
        ["copies-at-once"],
    ),
    "more holds in a week than the plan allows": (
        "UPDATE subscriptions_plan SET holds_per_week = 0 WHERE code = 'PLUS';"
        "UPDATE subscriptions_subscription SET period_started_at = now() - interval '20 days'",
        ["holds-per-week"],
    ),
    "a paid plan never ends": (
        "UPDATE subscriptions_subscription SET period_ends_at = NULL",
        ["plan-periods"],
    ),
    "a message came twice": (
        dropping("notifications_notification", "notification_once_per_event_and_person")
        + "INSERT INTO notifications_notification (user_id, kind, key, subject, title, body, url, former_address)"
        " SELECT id, 'account', 'twice', '', '', '', '', '' FROM (SELECT min(id) AS id FROM accounts_user) AS one,"
        " generate_series(1, 2)",
        ["messages-twice"],
    ),
    "an answer is kept for ever": (
        "INSERT INTO api_keptanswer (user_id, path, key, body_hash, content, content_type, location, effects,"
        " claimed_at) SELECT min(id), '/', 'key', '', '', '', '', '[]', now() - interval '2 days' FROM accounts_user",
        ["kept-answers"],
    ),
    "an event was not given to a handler": (
        f"DELETE FROM outbox_delivery WHERE event_id = {EVENT}",
        ["deliveries-missing"],
    ),
    "a delivery was given up": (
        f"UPDATE outbox_delivery SET status = 'dead', last_error = 'broken' WHERE event_id = {EVENT}",
        ["dead-letters"],
    ),
    "a delivery is never done": (
        f"UPDATE outbox_delivery SET status = 'waiting', done_at = NULL WHERE event_id = {EVENT}",
        ["deliveries-late"],
    ),
    "an event never went out": (
        f"UPDATE outbox_outboxevent SET published_at = NULL WHERE id = {EVENT}",
        ["events-unpublished"],
    ),
    "a hold has no event": (
        "DELETE FROM outbox_delivery WHERE event_id IN (SELECT id FROM outbox_outboxevent WHERE name ="
        " 'reservation.checked_out');DELETE FROM outbox_outboxevent WHERE name = 'reservation.checked_out'",
        ["events-of-reservations"],
    ),
    "an entry and its event differ": (
        ENTRY + "created_at = created_at + interval '2 minutes';"
        "UPDATE outbox_outboxevent SET payload = payload || '{{\"amount\": \"99.00\"}}' WHERE name = 'wallet.debited'"
        " AND payload ->> 'reference' = 'reservation:{lent}'",
        ["events-of-money"],
    ),
    "events out of order": (
        "UPDATE outbox_outboxevent SET recorded_at = recorded_at - interval '1 day' WHERE name ="
        " 'reservation.returned'",
        ["events-order"],
    ),
}
