"""How long `manage.py verify_ledger` takes, and what the database's own checks of the ledger cost.

    python -m bench.ledger --entries 1000000

Fills servers of its own with wallets that are in order (a top-up that settles a debt, then eight reservations, and so
on), and runs every check, each with its time. Needs about 1 GB of disk for a million entries while it runs; with
`--keep FOLDER` they are filled once, stay there, and the next run starts by measuring.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from bench.portal import set_up

ENTRIES_PER_WALLET = 50
MOST = 20_000_000
# Each wallet begins with a top-up of $20, somewhere in a round of ten: a top-up of $20, a debt of $2 settled, eight
# reservations of $0.70. Neighbours in the table are of other wallets and kinds, as in life.
FILL = """
    INSERT INTO subscriptions_ledgerentry (id, wallet_id, amount, kind, balance_after, reference, reason,
        idempotency_key, created_at)
    SELECT id, wallet, CASE kind WHEN 'top_up' THEN 20 WHEN 'late_fee' THEN -2 ELSE -0.70 END, kind,
           20 + 12.40 * (place / 10) + in_round[place %% 10 + 1] - in_round[first + 1],
           CASE kind WHEN 'top_up' THEN 'payment:' ELSE 'reservation:' END || id, '',
           CASE kind WHEN 'top_up' THEN 'payment:' || id
                     WHEN 'late_fee' THEN 'debt:' || id || ':entry:' || id - %(wallets)s
                     ELSE 'reservation:' || id || ':1:hold' END,
           now() - interval '3 years' + id * interval '1 second'
    FROM (
        SELECT *, CASE WHEN place = first OR place %% 10 = 0 THEN 'top_up'
                       WHEN place %% 10 = 1 THEN 'late_fee' ELSE 'reservation' END AS kind,
               ARRAY[20, 18, 17.30, 16.60, 15.90, 15.20, 14.50, 13.80, 13.10, 12.40] AS in_round
        FROM (
            SELECT n + 1 AS id, n * 7919 %% %(wallets)s + 1 AS wallet, n * 7919 %% %(wallets)s %% 10 AS first,
                   n * 7919 %% %(wallets)s %% 10 + n / %(wallets)s AS place
            FROM generate_series(0, %(entries)s::bigint - 1) AS n
        ) AS numbered
    ) AS placed;
    INSERT INTO subscriptions_wallet (id, user_id, balance)
    SELECT person.number, person.id, newest.balance_after
    FROM (SELECT row_number() OVER (ORDER BY id) AS number, id FROM accounts_user) AS person
    JOIN (SELECT wallet_id, balance_after FROM subscriptions_ledgerentry WHERE id > %(entries)s - %(wallets)s) AS newest
         ON newest.wallet_id = person.number;
    INSERT INTO subscriptions_payment (id, wallet_id, amount, refunded, provider, charge_reference, address, status,
        problem, created_at, confirmed_at)
    SELECT id, wallet_id, amount, 0, 'test', '', '', 'confirmed', '', created_at, created_at
    FROM subscriptions_ledgerentry WHERE kind = 'top_up';
    INSERT INTO subscriptions_debt (id, wallet_id, amount, outstanding, waived, waiver_keys, kind, reference,
        idempotency_key, created_at)
    SELECT id, wallet_id, -amount, 0, 0, '{}', kind, reference, reference || ':late', created_at
    FROM subscriptions_ledgerentry WHERE kind = 'late_fee';
    SELECT setval(pg_get_serial_sequence('subscriptions_ledgerentry', 'id'), %(entries)s)
"""
# As statements: how each index of the ledger but its primary key goes, and how it comes again.
INDEXES = """
    SELECT coalesce('ALTER TABLE subscriptions_ledgerentry DROP CONSTRAINT ' || conname,
                    'DROP INDEX ' || indexrelid::regclass),
           coalesce('ALTER TABLE subscriptions_ledgerentry ADD CONSTRAINT ' || conname || ' '
                    || pg_get_constraintdef(pg_constraint.oid), pg_get_indexdef(indexrelid))
    FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid AND conrelid = indrelid
    WHERE indrelid = 'subscriptions_ledgerentry'::regclass AND NOT indisprimary
"""
MOVEMENTS = """
    CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
    SELECT wallet.id, max(entry.balance_after) + 1 AS balance
    FROM (SELECT * FROM subscriptions_wallet WHERE id <= %(movements)s) AS wallet
    CROSS JOIN LATERAL (SELECT balance_after FROM subscriptions_ledgerentry WHERE wallet_id = wallet.id
                        ORDER BY id DESC LIMIT 1) AS entry GROUP BY wallet.id;
    UPDATE subscriptions_wallet SET balance = moved.balance FROM moved WHERE moved.id = subscriptions_wallet.id;
    INSERT INTO subscriptions_ledgerentry (wallet_id, amount, kind, balance_after, reference, reason, idempotency_key)
    SELECT id, 1, 'adjustment', balance, 'adjustment', 'Bench', 'bench:' || id FROM moved
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000, help=f"at most {MOST:,}")
    parser.add_argument("--keep", type=Path, help="a folder for the servers and their data")
    parser.add_argument("--explain", action="store_true", help="print how the database goes about each check")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        with _servers(asked.keep, Path(folder) / "var") as environment:
            sys.exit(_measure(min(asked.entries, MOST), environment, explain=asked.explain))


def _servers(kept: Path | None, own: Path) -> AbstractContextManager[dict[str, str]]:
    from library_portal.embedded import servers

    return servers(kept) if kept else servers(own, durable=False)


def _measure(entries: int, environment: dict[str, str], *, explain: bool) -> int:
    set_up(environment)
    from django.db import connection

    from accounts.models import User
    from bench.timed_checks import time_each
    from subscriptions.auditing import CHECKS

    if not User.objects.exists():
        _fill(entries)
    _time_the_guards(min(10_000, entries // ENTRIES_PER_WALLET))
    return time_each(CHECKS, around=partial(connection.execute_wrapper, _explained) if explain else nullcontext)


def _fill(entries: int) -> None:
    from django.db import connection, transaction

    from accounts.models import User

    began = time.monotonic()
    wallets = entries // ENTRIES_PER_WALLET
    values = {"wallets": wallets, "each": ENTRIES_PER_WALLET, "entries": wallets * ENTRIES_PER_WALLET}
    with connection.cursor() as cursor:
        with transaction.atomic():
            User.objects.bulk_create((User(username=f"reader-{n}") for n in range(wallets)), batch_size=5000)
            with _indexes_later(cursor):
                for statement in FILL.split(";"):
                    cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size('subscriptions_ledgerentry'))")
        (size,) = cursor.fetchone()
    print(f"{time.monotonic() - began:7.2f} s  filling: {values['entries']:,} entries in {wallets:,} wallets, {size}")


@contextmanager
def _indexes_later(cursor: Any) -> Iterator[None]:
    """No trigger, no index, and no log of a table that is new in this transaction: that is most of the time."""
    cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL maintenance_work_mem = '1GB'")
    indexes = cursor.execute(INDEXES).fetchall()
    for drop, _create in indexes:
        cursor.execute(drop)
    cursor.execute("TRUNCATE subscriptions_ledgerentry")
    yield
    for _drop, create in indexes:
        cursor.execute(create)


def _time_the_guards(movements: int) -> None:
    """Many movements in one transaction, then what the deferred triggers add to each; nothing is left of them."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        began = time.monotonic()
        for statement in MOVEMENTS.split(";"):
            cursor.execute(statement, {"movements": movements})
        written = time.monotonic()
        cursor.execute("SET CONSTRAINTS wallet_is_its_ledger, ledger_is_its_wallet IMMEDIATE")
        checked = time.monotonic()
        transaction.set_rollback(True)
    each = 1_000_000 / movements
    print(f"{(written - began) * each:7.0f} µs to write a movement, {(checked - written) * each:.0f} µs to check it")


def _explained(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    with context["connection"].connection.cursor() as beside:
        for (line,) in beside.execute(f"EXPLAIN {sql}", params):
            print(f"          {line}")
    return execute(sql, params, many, context)


if __name__ == "__main__":
    main()
