"""Whether the search finds what was meant: hundreds of queries made by rule from real catalogues, with a fixed seed.

    python -m bench.relevance ../shared/data --each 100 --seed 1

Fills PostgreSQL of its own (and MongoDB where TEST_MONGO_URL names one) with each catalogue, and prints for each rule
how many queries had a right book first and among the first five, then how often the store was asked for a query.
"""

import argparse
import os
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import quantiles
from typing import Any

FIRST_FEW = 5
BATCH = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--each", type=int, default=100, help="queries of each rule")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--books", type=int, default=0, help="only so many of each catalogue")
    parser.add_argument("--missed", action="store_true", help="show the queries whose book was not found")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the servers run as another user when root measures
        _measure(asked, Path(folder) / "var")


def _measure(asked: argparse.Namespace, var_dir: Path) -> None:
    from library_portal.embedded import servers

    with servers(var_dir) as environment:
        os.environ |= environment | {"DJANGO_SETTINGS_MODULE": "library_portal.settings", "ENVIRONMENT": "development"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        from tests.books.search.catalogues import ALL, catalogue

        for path in ALL:
            books = list(catalogue(asked.data / path))[: asked.books or None]
            for store in _stores():
                _report(f"{path.stem} in {store.name}", *_asked(store, books, asked))


def _stores() -> list[Any]:
    from pymongo import MongoClient

    from books.search.mongo_store import MongoStore
    from books.search.postgres_store import PostgresStore

    url = os.environ.get("TEST_MONGO_URL")
    return [PostgresStore(), *([MongoStore(MongoClient(url)["relevance_bench"])] if url else [])]


def _asked(store: Any, books: list[Any], asked: argparse.Namespace) -> tuple[dict[str, list[int]], list[int]]:
    """For each rule the places of the first right book, 0 for none; and how often each query asked the store."""
    from bench.blind_queries import blind_queries
    from books.search.finding import find
    from books.search.indexing import analyse_book
    from books.search.querying import analyse_query
    from books.search.store import Selection

    indexed = [analyse_book(book) for book in books]
    batches = (indexed[start : start + BATCH] for start in range(0, len(indexed), BATCH))
    store.rebuild(batches, progress=lambda _done: None)
    by_id = {book.book_id: book for book in books}
    fetch, trips = store.fetch, [0]

    def counted(*given: Any, **named: Any) -> Any:
        trips[0] += 1
        return fetch(*given, **named)

    store.fetch = counted
    places, asked_times = defaultdict(list), []
    for query in blind_queries(books, seed=asked.seed, per_rule=asked.each):
        trips[0] = 0
        hits = find(store, analyse_query(query.text), Selection()).ranked[:FIRST_FEW]
        right = [place for place, hit in enumerate(hits, 1) if query.fits(by_id[hit.book.book_id])]
        places[query.kind].append(right[0] if right else 0)
        asked_times.append(trips[0])
        if asked.missed and not right:
            print(f"  {query.kind}: {query.text!r}")
    return places, asked_times


def _report(name: str, places: dict[str, list[int]], asked_times: list[int]) -> None:
    print(f"\n{name:40} queries  first  first five")
    every = [place for some in places.values() for place in some]
    for kind, some in [*places.items(), ("all", every)]:
        first = sum(place == 1 for place in some) / len(some)
        few = sum(place > 0 for place in some) / len(some)
        print(f"{kind:40} {len(some):7} {first:6.1%} {few:11.1%}")
    cuts = quantiles(asked_times, n=100)
    print(f"asked the store: p50 {cuts[49]:.0f}, p95 {cuts[94]:.0f}, p99 {cuts[98]:.0f}, most {max(asked_times)}")


if __name__ == "__main__":
    main()
