"""How long `manage.py audit` takes.

    python -m bench.audit --reservations 1000000

Fills servers of its own with a library in which nothing is wrong, and runs every check, each with its time.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.portal import set_up

PATRONS, BOOKS = 50_000, 40_000
# Of the people 20,000 have a book on loan, 10,000 one held, and 20,000 wait for one of those.
FILL = """
    SET session_replication_role = replica;
    INSERT INTO subscriptions_wallet (user_id, balance) SELECT id, 0 FROM accounts_user;

    CREATE TEMPORARY TABLE people AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM accounts_user;
    CREATE TEMPORARY TABLE titles AS
        SELECT row_number() OVER (ORDER BY book.id) - 1 AS n, book.id, copy.id AS copy_id
        FROM books_book AS book JOIN books_copy AS copy ON copy.book_id = book.id;
    CREATE UNIQUE INDEX ON people (n);
    CREATE UNIQUE INDEX ON titles (n);

    INSERT INTO reservations_reservation (user_id, book_id, copy_id, status, days, priority, joined_at, queued_at,
        is_moved, told_reasons, price, discount_name, discount_percent, paid, refunded, late_fee, lost_fee,
        ready_at, hold_until, starts_on, due_on, extensions, closed_at, step)
    SELECT people.id, titles.id, CASE WHEN status <> 'pending' THEN copy_id END, status, 7, 0, began, began,
        false, '{}',
        CASE WHEN status <> 'pending' THEN 0.70 END, '', 0, CASE WHEN status <> 'pending' THEN 0.70 ELSE 0 END, 0, 0, 0,
        CASE WHEN status <> 'pending' THEN began END,
        CASE WHEN status <> 'pending' THEN began + interval '2 days' END,
        CASE WHEN status IN ('active', 'completed') THEN began::date END,
        CASE WHEN status IN ('active', 'completed') THEN began::date + 7 END, 0,
        CASE WHEN status = 'completed' THEN began + interval '7 days' END, 0
    FROM (
        SELECT n, CASE WHEN n < 20000 THEN 'active' WHEN n < 30000 THEN 'ready' WHEN n < 50000 THEN 'pending'
                       ELSE 'completed' END AS status,
               CASE WHEN n < 50000 THEN now() - interval '1 hour'
                    ELSE now() - interval '30 days' - n %% 700 * interval '1 day' END AS began
        FROM generate_series(0, %(reservations)s - 1) AS n
    ) AS wanted
    JOIN people ON people.n = wanted.n %% %(patrons)s
    JOIN titles ON titles.n = CASE WHEN wanted.n BETWEEN 30000 AND 49999 THEN wanted.n - 30000
                                   ELSE wanted.n %% %(books)s END
    ORDER BY wanted.n;

    UPDATE books_copy SET status = CASE taken.status WHEN 'active' THEN 'on_loan' ELSE 'held' END
    FROM reservations_reservation AS taken
    WHERE taken.copy_id = books_copy.id AND taken.status IN ('active', 'ready');
    UPDATE books_book SET updated_at = now() - interval '3 years', waiting_count = (
        SELECT count(*) FROM reservations_reservation WHERE book_id = books_book.id AND status = 'pending');

    INSERT INTO subscriptions_ledgerentry (wallet_id, amount, kind, balance_after, reference, reason, idempotency_key)
    SELECT wallet_id, amount, kind, sum(amount) OVER (PARTITION BY wallet_id ORDER BY number), reference, '', key
    FROM (
        SELECT id AS wallet_id, 100 AS amount, 'adjustment' AS kind, 'adjustment' AS reference, 'start:' || id AS key,
               0 AS number FROM subscriptions_wallet
        UNION ALL
        SELECT wallet.id, -paid, 'reservation', 'reservation:' || taken.id, 'hold:' || taken.id, taken.id
        FROM reservations_reservation AS taken JOIN subscriptions_wallet AS wallet ON wallet.user_id = taken.user_id
        WHERE paid > 0
    ) AS moved ORDER BY number;
    UPDATE subscriptions_wallet SET balance = sums.total
    FROM (SELECT wallet_id, sum(amount) AS total FROM subscriptions_ledgerentry GROUP BY wallet_id) AS sums
    WHERE sums.wallet_id = subscriptions_wallet.id;

    INSERT INTO outbox_outboxevent (name, payload, published_at)
    SELECT CASE kind WHEN 'reservation' THEN 'wallet.debited' ELSE 'wallet.credited' END,
           jsonb_build_object('entry_id', id, 'amount', amount::text, 'reference', reference), now()
    FROM subscriptions_ledgerentry ORDER BY id;
    RESET session_replication_role;
    ANALYZE
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reservations", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        sys.exit(_measure(asked.reservations, Path(folder) / "var"))


def _measure(reservations: int, var_dir: Path) -> int:
    from library_portal.embedded import servers

    with servers(var_dir, durable=False) as environment:
        set_up(environment)
        from bench.timed_checks import time_each
        from reservations.auditing import CHECKS

        _fill(reservations)
        return time_each(CHECKS)


def _fill(reservations: int) -> None:
    from django.db import connection

    from accounts.models import User
    from books.models import Book, Copy

    User.objects.bulk_create((User(username=f"reader-{n}") for n in range(PATRONS)), batch_size=5000)
    books = Book.objects.bulk_create((Book(title=f"Book {n}") for n in range(BOOKS)), batch_size=5000)
    Copy.objects.bulk_create((Copy(book=book, barcode=f"B{book.pk}") for book in books), batch_size=5000)
    with connection.cursor() as cursor:
        for statement in FILL.split(";"):
            cursor.execute(statement, {"reservations": reservations, "patrons": PATRONS, "books": BOOKS})


if __name__ == "__main__":
    main()
