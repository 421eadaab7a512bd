"""No cent is lost or made: random stories of wallets (rules.md, "Wallet").

`MONEY_STORIES=500 make test ARGS=tests/subscriptions/test_conservation.py` tells more of them, other ones each time;
without it the same few are told on every run.
"""

import os
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from library_portal.errors import PortalError
from tests.subscriptions.money.machine import Money

pytestmark = pytest.mark.django_db

MORE = int(os.environ.get("MONEY_STORIES", "0"))
plans = import_module("subscriptions.services.plans")
renewal = import_module("subscriptions.services.renewal")
wallet = import_module("subscriptions.services.wallet")


def told(stories: int, steps: int = 30) -> Any:
    return settings(
        max_examples=stories,
        stateful_step_count=steps,
        derandomize=not MORE,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if MORE else [Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
    )


def test_no_story_loses_or_makes_a_cent() -> None:
    run_state_machine_as_test(Money, settings=told(MORE or 15))


def twice(move: Any) -> Any:
    def moved(wallet: Any, amount: Decimal, *, key: str, **about: Any) -> Any:
        move(wallet, amount, key=f"{key}:again", **about)
        return move(wallet, amount, key=key, **about)

    return moved


def under_another_key(waive: Any) -> Any:
    return lambda debts, amount, *, key: waive(debts, amount, key=f"{key}:other")


# What is done wrong.
MISTAKES = {
    "money moves twice": (wallet, "_move", twice(wallet._move)),
    "a key is not looked for": (wallet, "_exists", lambda key: False),
    "what was owed is waived again": (wallet, "_waive", under_another_key(wallet._waive)),
    "the unused part is not credited": (plans, "credit_subscription", lambda **_: None),
    "a renewal costs nothing": (renewal, "charge", lambda **_: None),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_control_a_story_finds_out_what_is_done_wrong(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the test above would notice."""
    monkeypatch.setattr(*MISTAKES[mistake])
    with pytest.raises((AssertionError, PortalError, IntegrityError)):
        run_state_machine_as_test(Money, settings=told(25))
