"""What authors are to be paid for: loans of their books in a period of whole months."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from authors.models import AuthorAccount
from authors.queries import ShownBankAccount, linked_accounts, shown_bank_accounts
from books.readership import loans_of_authors

AT_ONCE = 200


@dataclass(frozen=True)
class Period:
    """From the first day of a month to the first day of the last one, both counted."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}_{self.last:%Y-%m}"


@dataclass(frozen=True)
class Payout:
    account: AuthorAccount
    loans: int
    bank_account: ShownBankAccount


def payouts(accounts: Iterable[AuthorAccount], *, period: Period) -> list[Payout]:
    """Of these linked authors. A loan of a book by several authors counts for each of them."""
    listed = list(accounts)
    loans = loans_of_authors(author_ids=[one.author_id for one in listed], first=period.first, last=period.last)
    banks = shown_bank_accounts(account_ids=[one.pk for one in listed])
    return [Payout(one, loans.get(one.author_id, 0), banks[one.pk]) for one in listed]


def all_payouts(*, period: Period) -> Iterator[Payout]:
    """Of every linked author, by name."""
    rest: Iterator[Any] = linked_accounts().iterator(chunk_size=AT_ONCE)
    while batch := list(islice(rest, AT_ONCE)):
        yield from payouts(batch, period=period)
