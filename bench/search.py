"""How fast the search answers, and how that grows with the catalogue.

    python -m bench.search goodbooks10k_books.csv --sizes 10000 100000 --each 40 --readers 4

Grows a catalogue out of the real one in servers of its own, builds the index, and asks the API's search as readers do.
With `--readers`, that many others read the portal over HTTP meanwhile.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path
from statistics import quantiles
from typing import Any

Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--each", type=int, default=40, help="questions of each class")
    parser.add_argument("--readers", type=int, default=0, help="others who read over HTTP meanwhile")
    parser.add_argument("--var-dir", type=Path, help="keeps the grown catalogue, to measure it again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        _measure(asked, asked.var_dir or Path(folder) / "var")


def _measure(asked: argparse.Namespace, var_dir: Path) -> None:
    from library_portal.embedded import servers

    with servers(var_dir) as environment:
        os.environ |= environment | {
            "DJANGO_SETTINGS_MODULE": "library_portal.settings",
            "ENVIRONMENT": "development",
            "RATE_LIMIT_PER_ADDRESS": "off",
        }
        import django

        django.setup()
        _report({size: _measured(asked, size) for size in asked.sizes})


def _measured(asked: argparse.Namespace, size: int) -> Times:
    from bench.grown_catalogue import read_seeds
    from bench.questions import questions
    from bench.readers import reading

    seeds = read_seeds(asked.file)
    _prepare(seeds, size)
    mixed = list(questions(seeds, each=asked.each))
    _ask(mixed[: len(mixed) // 4])
    with reading(asked.readers, mixed) if asked.readers else nullcontext():
        return _ask(mixed)


def _prepare(seeds: Any, size: int) -> None:
    from django.core.management import call_command

    from bench.grown_catalogue import grow
    from books.models import Book
    from books.search.services import stores
    from books.services.indexing import rebuild_index

    call_command("migrate", interactive=False, verbosity=0)
    have = Book.objects.count()
    if have < size:
        grow(seeds, start=have, stop=size)
        for store in stores():
            started = time.perf_counter()
            rebuild_index(store, progress=lambda done: None)
            print(f"{size} books indexed in {store.name} in {time.perf_counter() - started:.0f} s", file=sys.stderr)


def _ask(mixed: list[tuple[str, str, dict[str, Any]]]) -> Times:
    from django.test import Client

    client, times = Client(), defaultdict(list)
    for name, path, question in mixed:
        started = time.perf_counter()
        answer = client.get(f"/api/v1/books/{path}", question)
        times[name].append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            print(answer.status_code, name, question, file=sys.stderr)
    return times


def _report(measured: dict[int, Times]) -> None:
    for size, times in measured.items():
        print(f"\n{size} books, milliseconds\n{'':18}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}")
        for name, each in [*times.items(), ("all", _all(times))]:
            print(f"{name:18}" + "".join(f"{value:8.1f}" for value in _figures(each)))
    smallest, largest = (_figures(_all(measured[size])) for size in (min(measured), max(measured)))
    growth = [f"{large / small:.1f}" for small, large in zip(smallest, largest, strict=True)]
    print(f"\ngrowth from {min(measured)} to {max(measured)} books (p50, p95, p99, most): {' '.join(growth)}")


def _all(times: Times) -> list[float]:
    return [one for each in times.values() for one in each]


def _figures(times: list[float]) -> tuple[float, float, float, float]:
    percent = quantiles(times, n=100, method="inclusive")
    return percent[49], percent[94], percent[98], max(times)


if __name__ == "__main__":
    main()
