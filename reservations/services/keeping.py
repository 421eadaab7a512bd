"""How a step of a use case is kept: for good, or for as long as a rehearsal takes, which changes nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TypeVar

from django.db import connection, transaction

Keeping = Callable[[], AbstractContextManager[None]]
Result = TypeVar("Result")

# Each step is a transaction of its own.
for_good: Keeping = partial(transaction.atomic, durable=True)

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('several wallets', 0))"


def carry_out(act: Callable[[Keeping], Result], *, dry_run: bool) -> Result:
    """Carry `act` out for good, or rehearse it: the same code in one transaction that is rolled back."""
    return _rehearse(act) if dry_run else act(for_good)


def _rehearse(act: Callable[[Keeping], Result]) -> Result:
    with for_good():
        lock_several_wallets()
        result = act(transaction.atomic)
        transaction.set_rollback(True)
    return result


def lock_several_wallets() -> None:
    """Who is going to lock more than one wallet is alone at it until the transaction ends; taken before the book."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
