"""Every check of an auditor, each with its time: what `bench.audit` and `bench.ledger` print."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any


def time_each(checks: Mapping[str, Any], *, around: Callable[[], AbstractContextManager[Any]] = nullcontext) -> int:
    """Runs them on one view of the data; the exit code: 1 when anything is wrong."""
    from django.db import transaction
    from django.utils import timezone

    from library_portal.auditing import Moment, snapshot

    total, wrong = 0.0, 0
    with transaction.atomic():
        snapshot()
        for name, look in checks.items():
            with around():
                began = time.monotonic()
                found = look(Moment(timezone.now()))
                seconds = time.monotonic() - began
            total, wrong = total + seconds, wrong + found.count
            print(f"{seconds:7.2f} s  {name:24} {found.count or ''} {found.first[:1] or ''}", flush=True)
    print(f"{total:7.2f} s  all, {wrong} findings; load {os.getloadavg()[0]:.1f}")
    return int(wrong > 0)
