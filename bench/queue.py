"""How fast a reader's position in a queue is known, and what lending costs while so many wait.

    python -m bench.queue --sizes 1000 100000 --asked 2000

Lets so many wait for one book in servers of its own, then measures positions, the rebuild of the set, and the use cases
that hold the book's lock.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any

Figures = Iterator[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--asked", type=int, default=2000, help="positions asked for")
    parser.add_argument("--lent", type=int, default=30, help="use cases of each kind")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        _measure(asked, Path(folder) / "var")


def _measure(asked: argparse.Namespace, var_dir: Path) -> None:
    from library_portal.embedded import servers

    with servers(var_dir) as environment:
        os.environ |= environment | {"DJANGO_SETTINGS_MODULE": "library_portal.settings", "ENVIRONMENT": "development"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for size in asked.sizes:
            _report(size, _measured(asked, size))


def _measured(asked: argparse.Namespace, size: int) -> Figures:
    from django.utils import timezone

    from tests.factories.lending import book_with_copies, lent
    from tests.factories.people import patron
    from tests.factories.queues import line_of

    book = book_with_copies(1)
    loan = lent(patron(), book, timezone.now())
    line_of(book, size, now=timezone.now())
    yield from _positions(book, asked.asked)
    yield from _lending(book, loan, asked.lent)


def _positions(book: Any, many: int) -> Figures:
    from reservations import places, queries
    from reservations.places import counting, sets
    from reservations.places.rebuilding import snapshot

    yield "building the set", _each(lambda book_id: places.rebuild([book_id]), [book.pk])
    version, waiting = snapshot(book.pk)
    chosen = random.Random(1).choices(waiting, k=many)
    few = chosen[: many // 10]
    page = list(queries.reservations().filter(pk__in=[place.pk for place in chosen[:20]]))
    queue = counting.waiting()
    yield "position, from Redis", _each(lambda place: sets.ask([sets.Asked(book.pk, version, place)]), chosen)
    yield "position, counted", _each(lambda place: counting.count_ahead(place, book_id=book.pk, among=queue), few)
    yield "20 positions, from Redis", _each(lambda _: queries.with_places(page), few)
    yield "one reservation, read with its position", _each(lambda place: queries.with_place(place.pk), few)
    yield "availability with the estimate", _each(lambda _: queries.availability(book_id=book.pk), few)


def _lending(book: Any, loan: Any, many: int) -> Figures:
    from django.utils import timezone

    from reservations import services
    from tests.factories.lending import reserved
    from tests.factories.people import patron

    now = timezone.now()
    readers = [patron(plan="PREMIUM") for _ in range(many)]
    joined: list[Any] = []
    yield "joining", _each(lambda reader: joined.append(reserved(reader, book, now)), readers)
    yield (
        "moving",
        _each(lambda one: services.move(reservation_id=one.pk, position=500, reason="Bench", now=now), joined),
    )
    yield "leaving", _each(lambda one: services.cancel(reservation_id=one.pk, now=now), joined)
    yield "return, nobody eligible", _each(lambda pk: services.return_copy(reservation_id=pk, now=now), [loan.pk])
    yield "a step of the workers along the queue", _ms(list(_steps()))
    yield "looking anew once all are told", _each(lambda pk: services.allocate(book_id=pk, now=now), [book.pk])
    yield "a step of the workers then", _ms(list(_steps()))


def _steps() -> Iterator[float]:
    """How long each step takes by which the workers go on looking along the queue, until there is none."""
    from library_portal.outbox.delivery import deliver
    from library_portal.outbox.models import Delivery

    waiting = Delivery.objects.filter(event__name="allocation.continued", status=Delivery.Status.WAITING)
    while step := waiting.first():
        started = time.perf_counter()
        deliver(delivery_id=step.pk, attempts=step.attempts)
        yield time.perf_counter() - started


def _each(action: Callable[[Any], Any], subjects: list[Any]) -> str:
    times = []
    for subject in subjects:
        started = time.perf_counter()
        action(subject)
        times.append(time.perf_counter() - started)
    return _ms(times)


def _ms(times: list[float]) -> str:
    if not times:
        return "none"
    if len(times) == 1:
        return f"{times[0] * 1000:.0f} ms"
    percentiles = quantiles(times, n=100, method="inclusive")
    return f"p50 {percentiles[49] * 1000:.2f}, p99 {percentiles[98] * 1000:.2f} ms"


def _report(size: int, figures: Figures) -> None:
    print(f"| {size:,} waiting | |\n|---|---|")
    for what, took in figures:
        print(f"| {what} | {took} |", flush=True)


if __name__ == "__main__":
    main()
