"""How long `manage.py verify_ledger` takes, and what the database's own checks of the ledger cost.

    python -m bench.ledger --entries 1000000

Fills servers of its own with wallets that are in order (a top-up that settles a debt, then eight reservations, and so
on), and runs every check, each with its time. Needs about 800 MB of disk for a million entries while it runs.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

ENTRIES_PER_WALLET = 50
MOST = 20_000_000
# Entry number k of wallet w; of ten, the first is a top-up of $20, the second settles a debt of $2.
FILL = """
    SET session_replication_role = replica;
    INSERT INTO subscriptions_wallet (id, user_id, balance)
    SELECT row_number() OVER (ORDER BY id), id, 12.40 * %(each)s / 10 FROM accounts_user;
    INSERT INTO subscriptions_ledgerentry (id, wallet_id, amount, kind, balance_after, reference, reason,
        idempotency_key, created_at)
    SELECT id, w, CASE k %% 10 WHEN 0 THEN 20 WHEN 1 THEN -2 ELSE -0.70 END,
           CASE k %% 10 WHEN 0 THEN 'top_up' WHEN 1 THEN 'late_fee' ELSE 'reservation' END,
           12.40 * (k / 10) + CASE k %% 10 WHEN 0 THEN 20 ELSE 18 - 0.70 * (k %% 10 - 1) END,
           CASE k %% 10 WHEN 0 THEN 'payment:' || id ELSE 'reservation:' || id END, '',
           CASE k %% 10 WHEN 0 THEN 'payment:' || id WHEN 1 THEN 'debt:' || id || ':entry:' || id - %(wallets)s
                        ELSE 'reservation:' || id || ':1:hold' END,
           now() - interval '3 years' + id * interval '1 second'
    FROM (
        SELECT k::bigint * %(wallets)s + w AS id, k, w
        FROM generate_series(0, %(each)s - 1) AS k CROSS JOIN generate_series(1, %(wallets)s) AS w
    ) AS numbered;
    INSERT INTO subscriptions_payment (id, wallet_id, amount, refunded, provider, charge_reference, address, status,
        problem, created_at, confirmed_at)
    SELECT id, wallet_id, amount, 0, 'test', '', '', 'confirmed', '', created_at, created_at
    FROM subscriptions_ledgerentry WHERE kind = 'top_up';
    INSERT INTO subscriptions_debt (id, wallet_id, amount, outstanding, waived, waiver_keys, kind, reference,
        idempotency_key, created_at)
    SELECT id, wallet_id, -amount, 0, 0, '{}', kind, reference, reference || ':late', created_at
    FROM subscriptions_ledgerentry WHERE kind = 'late_fee';
    SELECT setval(pg_get_serial_sequence('subscriptions_ledgerentry', 'id'), %(entries)s);
    RESET session_replication_role
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
    parser.add_argument("--explain", action="store_true", help="print how the database goes about each check")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        sys.exit(_measure(min(asked.entries, MOST), Path(folder) / "var", explain=asked.explain))


def _measure(entries: int, var_dir: Path, *, explain: bool) -> int:
    from library_portal.embedded import servers

    with servers(var_dir, durable=False) as environment:
        os.environ |= environment | {
            "ENVIRONMENT": "development",
            "SECRET_KEY": secrets.token_hex(),
            "DJANGO_SETTINGS_MODULE": "library_portal.settings",
        }
        import django
        from django.core.management import call_command

        django.setup()
        from django.db import connection

        from bench.timed_checks import time_each
        from subscriptions.auditing import CHECKS

        call_command("migrate", verbosity=0)
        _fill(entries)
        _time_the_guards(min(10_000, entries // ENTRIES_PER_WALLET))
        return time_each(CHECKS, around=partial(connection.execute_wrapper, _explained) if explain else nullcontext)


def _fill(entries: int) -> None:
    from django.db import connection

    from accounts.models import User

    began = time.monotonic()
    wallets = entries // ENTRIES_PER_WALLET
    User.objects.bulk_create((User(username=f"reader-{n}") for n in range(wallets)), batch_size=5000)
    values = {"wallets": wallets, "each": ENTRIES_PER_WALLET, "entries": wallets * ENTRIES_PER_WALLET}
    with connection.cursor() as cursor:
        for statement in FILL.split(";"):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size('subscriptions_ledgerentry'))")
        (size,) = cursor.fetchone()
    print(f"{time.monotonic() - began:7.2f} s  filling: {values['entries']:,} entries in {wallets:,} wallets, {size}")


def _time_the_guards(movements: int) -> None:
    """Many movements in one transaction, then what the deferred triggers add to each."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        began = time.monotonic()
        for statement in MOVEMENTS.split(";"):
            cursor.execute(statement, {"movements": movements})
        written = time.monotonic()
        cursor.execute("SET CONSTRAINTS wallet_is_its_ledger, ledger_is_its_wallet IMMEDIATE")
        checked = time.monotonic()
    each = 1_000_000 / movements
    print(f"{(written - began) * each:7.0f} µs to write a movement, {(checked - written) * each:.0f} µs to check it")


def _explained(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    with context["connection"].connection.cursor() as beside:
        for (line,) in beside.execute(f"EXPLAIN {sql}", params):
            print(f"          {line}")
    return execute(sql, params, many, context)


if __name__ == "__main__":
    main()
