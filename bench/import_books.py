"""How fast a catalogue file comes in, and how much memory that takes.

    python -m bench.import_books goodbooks10k_books.csv --records 100000
    python -m bench.import_books goodbooks10k_books.csv --records 100000 --mongo mongodb://127.0.0.1:27017/

Writes a file of so many different books, made out of the real 10,000, and runs `manage.py import_books` on it in
servers of its own: an empty catalogue, PostgreSQL's index, and MongoDB's where one is named.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from stdnum import ean

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--mongo", default="", help="the URL of a server, for the second index")
    parser.add_argument("--revert", action="store_true", help="takes it back at the end, and measures that too")
    parser.add_argument("--profile", type=Path, help="writes where the time goes to this file, for pstats")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the servers run as another user when root measures
        write_catalogue(asked.file, folder / "books.csv", records=asked.records)
        _measure(asked, folder)


def write_catalogue(real: Path, target: Path, *, records: int) -> None:
    """Each round takes the real books anew, every title with a word of another, and an ISBN nobody has."""
    with real.open(encoding="utf-8", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
        rows = list(csv.DictReader(file))
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(_varied(rows, records))


def _varied(rows: list[dict[str, str]], records: int) -> Iterator[dict[str, str]]:
    chance = Random(records)
    for number in range(records):
        row, other = rows[number % len(rows)], chance.choice(rows)
        word = chance.choice(other["title"].split())
        title = row["title"] if number < len(rows) else f"{word} {row['title']}"
        digits = f"978{number:09d}"
        yield {**row, "title": title, "isbn": digits + ean.calc_check_digit(digits)}


def _measure(asked: argparse.Namespace, folder: Path) -> None:
    from library_portal.embedded import servers

    with servers(folder / "var") as environment:
        env = os.environ | environment | {"ENVIRONMENT": "development", "VAR_DIR": str(folder / "var")}
        _manage(env, "migrate", "--verbosity", "0")
        if asked.mongo:
            env |= {"MONGO_URL": f"{asked.mongo.rstrip('/')}/bench_{os.getpid()}", "MONGO_SOCKET_TIMEOUT_MS": "120000"}
            _manage(env, "search_rebuild")
        profile = ("-m", "cProfile", "-o", str(asked.profile)) if asked.profile else ()
        started = time.perf_counter()
        _manage(env, "import_books", str(folder / "books.csv"), "--copies", str(asked.copies), before=profile)
        _report(asked.records, time.perf_counter() - started)
        if asked.revert:
            started = time.perf_counter()
            _manage(env, "revert_import", "1")
            print(f"taken back in {time.perf_counter() - started:.0f} s")


def _manage(env: dict[str, str], *arguments: str, before: tuple[str, ...] = ()) -> None:
    subprocess.run([sys.executable, *before, "manage.py", *arguments], cwd=ROOT, env=env, check=True)


def _report(records: int, seconds: float) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{records} records in {seconds:.0f} s ({used.ru_utime + used.ru_stime:.0f} s of the processor in Python); "
        f"at most {used.ru_maxrss / 1024:.0f} MB of memory"
    )


if __name__ == "__main__":
    main()
