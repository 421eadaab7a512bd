"""A large storm over HTTP on the running portal, its processes killed meanwhile; then the auditor has its say.

    python -m bench.storm --patrons 200 --titles 8 --seconds 120

Runs servers and processes of its own. Exits with 1 when the auditor finds something, somebody met a 5xx, or PostgreSQL
broke a deadlock.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.portal import set_up

PLANS = ("PREMIUM", "PREMIUM", "PLUS", "FREE")
PATRONS_PER_LIBRARIAN = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patrons", type=int, default=200)
    parser.add_argument("--titles", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        sys.exit(_raise_storm(asked, Path(folder) / "var"))


def _raise_storm(asked: argparse.Namespace, var_dir: Path) -> int:
    from library_portal.embedded import servers

    with servers(var_dir, durable=False) as environment:
        set_up(environment)
        outcome = _outcome(asked, var_dir)
        _tell(outcome)
        from django.core.management import call_command

        call_command("audit", "--settled")  # exits with 1 when it finds something
    return 1 if outcome.deadlocks or outcome.seen.failures() else 0


def _outcome(asked: argparse.Namespace, var_dir: Path) -> Any:
    from tests.factories.lending import book_with_copies
    from tests.factories.people import librarian, patron
    from tests.factories.tokens import access_token
    from tests.faults.storm import portal_processes, rage

    books = [book_with_copies(1 + title % 3, price="4.00").pk for title in range(asked.titles)]
    tokens = [access_token(patron(plan=PLANS[n % 4], balance="9.00")) for n in range(asked.patrons)]
    staff = [access_token(librarian()) for _each in range(1 + asked.patrons // PATRONS_PER_LIBRARIAN)]
    with portal_processes(var_dir) as portal:
        return rage(portal, patrons=tokens, librarians=staff, books=books, seconds=asked.seconds, seed=asked.seed)


def _tell(outcome: Any) -> None:
    seen, percentiles = outcome.seen, quantiles(outcome.seen.seconds, n=100)
    for (action, status, code), many in sorted(seen.answers.items()):
        print(f"{many:7} {action:14} {status} {code}")
    print(f"{sum(seen.answers.values())} answers, {seen.asked_again} asked for again, {seen.replayed} replayed")
    print(f"p50 {percentiles[49] * 1000:.0f} ms, p99 {percentiles[98] * 1000:.0f} ms")
    print("killed:", ", ".join(f"{name} {times}×" for name, times in sorted(outcome.killed.items())))
    print(f"deadlocks: {outcome.deadlocks}; quiet {outcome.seconds_to_settle:.1f} s after the storm")


if __name__ == "__main__":
    main()
