"""docs/money.md names each kind of entry and each state of a payment, and none that there is not."""

import re
from pathlib import Path

import pytest

from subscriptions.models import LedgerEntry, Payment

PAGE = (Path(__file__).parents[2] / "docs/money.md").read_text()


@pytest.mark.parametrize(
    ("header", "values"), [("kind", LedgerEntry.Kind.values), ("state", Payment.Status.values)], ids=["kinds", "states"]
)
def test_the_page_about_money_knows_them_all(header: str, values: list[str]) -> None:
    table = PAGE.partition(f"| {header} |")[2].partition("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert sorted(re.findall(r"`(\w+)`", " ".join(first_cells))) == sorted(values)
