from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from books.importing.jobs import import_file
from books.importing.models import ImportJob
from tests.books.importing.catalogue_files import library_file

Run = Callable[..., ImportJob]


@pytest.fixture
def run(tmp_path: Path, now: datetime) -> Run:
    """Imports rows of the library's own columns, in this process."""

    def run(*rows: Mapping[str, str], **wishes: Any) -> ImportJob:
        return import_file(library_file(tmp_path, *rows), now=now, **wishes)

    return run


def counts(job: ImportJob) -> dict[str, int]:
    """Those that are not zero."""
    names = ("created", "changed", "known", "refused", "skipped")
    return {name: getattr(job, f"{name}_count") for name in names if getattr(job, f"{name}_count")}


def remarks(job: ImportJob) -> list[tuple[int, str, str]]:
    return list(job.remarks.values_list("number", "kind", "reason"))
