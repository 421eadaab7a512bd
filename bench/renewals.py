"""How fast ended periods are renewed, by one worker and by several at once; each is charged once.

    python -m bench.renewals --subscriptions 10000 --workers 2

Fills servers of its own and runs the periodic task in processes of its own: first one, then all at once, then all at
once with one killed halfway. Of ten people six pay for another period (one of them for a smaller plan), two have
no money, one has cancelled and one goes back to Free. Exits with 1 when anybody was charged otherwise, somebody was not
told, the auditor finds something, or PostgreSQL broke a deadlock.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.portal import set_up

# By the last digit of a patron's number.
PREMIUM, SMALLER_PLAN, CANCELLED, TO_FREE, WITHOUT_MONEY = (0, 1), (1,), (6,), (7,), (8, 9)
PAYS = (0, 1, 2, 3, 4, 5)
FILL = """
    SET LOCAL session_replication_role = replica;
    TRUNCATE subscriptions_wallet, subscriptions_subscription, outbox_outboxevent CASCADE;
    INSERT INTO subscriptions_wallet (id, user_id, balance)
    SELECT id, id, CASE WHEN id %% 10 = ANY(%(without_money)s) THEN 1 ELSE 20 END FROM accounts_user;
    INSERT INTO subscriptions_ledgerentry (wallet_id, amount, kind, balance_after, reference, reason, idempotency_key)
    SELECT id, balance, 'adjustment', balance, 'adjustment', 'Bench', 'bench:' || id FROM subscriptions_wallet;
    INSERT INTO subscriptions_subscription (user_id, plan_id, next_plan_id, period_started_at, period_ends_at,
        auto_renew, paid, reminded, step)
    SELECT person.id, CASE WHEN person.id %% 10 = ANY(%(premium)s) THEN premium.id ELSE plus.id END,
           CASE WHEN person.id %% 10 = ANY(%(smaller_plan)s) THEN plus.id
                WHEN person.id %% 10 = ANY(%(to_free)s) THEN free.id END,
           now() - interval '31 days', now() - interval '1 day', person.id %% 10 <> ALL(%(cancelled)s), 5, true, 1
    FROM accounts_user AS person, subscriptions_plan AS free, subscriptions_plan AS plus, subscriptions_plan AS premium
    WHERE (free.code, plus.code, premium.code) = ('FREE', 'PLUS', 'PREMIUM')
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscriptions", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        sys.exit(_measure(asked, Path(folder) / "var"))


def _measure(asked: argparse.Namespace, var_dir: Path) -> int:
    from library_portal.embedded import servers

    with servers(var_dir) as environment:
        set_up(environment)
        from accounts.models import User

        User.objects.bulk_create((User(username=f"reader-{n}") for n in range(asked.subscriptions)), batch_size=5000)
        rounds = [_is_right(1), _is_right(asked.workers), _is_right(asked.workers, one_dies=True)]
        return 0 if all(rounds) else 1


def _is_right(workers: int, *, one_dies: bool = False) -> bool:
    _fill()
    deadlocks, seconds, expected = _deadlocks(), _work(workers, one_dies=one_dies), _expected()
    seen, found = _seen(), _found()
    ended = sum(expected["plans"].values())
    told = f"{seconds:6.1f} s, {ended / seconds:5.0f} a second, {workers} worker{'s' if workers > 1 else ''}"
    print(told + (", one killed" if one_dies else "") + f"; load {os.getloadavg()[0]:.1f}", flush=True)
    for what, counted in seen.items():
        print(f"         {what}: {dict(counted)}{'' if counted == expected[what] else f', not {expected[what]}'}")
    print(f"         deadlocks: {_deadlocks() - deadlocks}, the auditor found: {found or 'nothing'}", flush=True)
    return seen == expected and not found and _deadlocks() == deadlocks


def _fill() -> None:
    from django.db import connection, transaction

    groups = {"premium": PREMIUM, "smaller_plan": SMALLER_PLAN, "cancelled": CANCELLED, "to_free": TO_FREE}
    values = {name: list(digits) for name, digits in (groups | {"without_money": WITHOUT_MONEY}).items()}
    with connection.cursor() as cursor:
        with transaction.atomic():
            for statement in FILL.split(";"):
                cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


def _work(workers: int, *, one_dies: bool) -> float:
    """Seconds from the moment all are ready to the end of the last."""
    processes = get_context("spawn")
    ready = processes.Barrier(workers + 1)
    running = [processes.Process(target=_worker, args=(ready,)) for _ in range(workers)]
    for process in running:
        process.start()
    ready.wait()
    began = time.monotonic()
    if one_dies:
        _wait_for_half()
        running[0].kill()
    for process in running:
        process.join()
    return time.monotonic() - began


def _worker(ready: Any) -> None:
    """What the worker does each minute, until nothing is left."""
    import django

    django.setup()
    from django.utils import timezone

    from subscriptions.queries import ended_periods
    from subscriptions.tasks import end_periods

    left = ended_periods(now=timezone.now(), after=0, limit=1)
    ready.wait()
    while left:
        end_periods()
        left = ended_periods(now=timezone.now(), after=0, limit=1)


def _wait_for_half() -> None:
    from django.utils import timezone

    from subscriptions.models import Subscription

    over = Subscription.objects.filter(period_ends_at__lt=timezone.now())
    while over.count() > Subscription.objects.count() / 2:
        time.sleep(0.05)


def _expected() -> dict[str, Counter[Any]]:
    """How many were charged how often, are on which plan, were told what: worked out from the patrons' numbers."""
    from accounts.models import User

    digits = [pk % 10 for pk in User.objects.values_list("pk", flat=True)]
    paying = [digit for digit in digits if digit in PAYS]
    plans = Counter("PREMIUM" if digit in set(PREMIUM) - set(SMALLER_PLAN) else "PLUS" for digit in paying)
    failed = sum(digit in WITHOUT_MONEY for digit in digits)
    plans["FREE"] = len(digits) - len(paying)
    events = Counter({"renewed": len(paying), "renewal_failed": failed, "expired": plans["FREE"] - failed})
    return {"charged so often": Counter({1: len(paying)}), "plans": plans, "said": events}


def _seen() -> dict[str, Counter[Any]]:
    from library_portal.outbox.models import OutboxEvent
    from subscriptions.models import LedgerEntry, Subscription

    charged = Counter(LedgerEntry.objects.filter(kind="subscription").values_list("wallet", flat=True))
    said = ("subscription.renewed", "subscription.renewal_failed", "subscription.expired")
    events = OutboxEvent.objects.filter(name__in=said).values_list("name", flat=True)
    return {
        "charged so often": Counter(charged.values()),
        "plans": Counter(Subscription.objects.values_list("plan__code", flat=True)),
        "said": Counter(name.removeprefix("subscription.") for name in events),
    }


def _found() -> list[str]:
    from django.utils import timezone

    from library_portal.auditing import Moment, report_on
    from subscriptions.auditing import CHECKS

    return list(report_on(CHECKS, Moment(timezone.now())).wrong)


def _deadlocks() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
