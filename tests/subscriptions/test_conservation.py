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
from library_portal.money import CENT
from tests.subscriptions.money.machine import Money

pytestmark = pytest.mark.django_db

MORE = int(os.environ.get("MONEY_STORIES", "0"))
plans = import_module("subscriptions.services.plans")
renewal = import_module("subscriptions.services.renewal")
wallet = import_module("subscriptions.services.wallet")
refunds = import_module("subscriptions.services.payments.refunds")
adjustments = import_module("subscriptions.services.adjustments")


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


def a_cent_less(move: Any) -> Any:
    """Of what comes in; ledger and balance agree about it."""
    return lambda wallet, amount, **about: move(wallet, amount - CENT if amount > CENT else amount, **about)


# What is done wrong.
MISTAKES = {
    "money moves twice": (wallet, "_move", twice(wallet._move)),
    "a cent is lost": (wallet, "_move", a_cent_less(wallet._move)),
    "a key is not looked for": (wallet, "_exists", lambda key: False),
    "what was owed is waived again": (wallet, "_waive", under_another_key(wallet._waive)),
    "the unused part is not credited": (plans, "credit_subscription", lambda **_: None),
    "a renewal costs nothing": (renewal, "charge", lambda **_: None),
    "a top-up goes back and stays in the wallet": (refunds, "charge", lambda **_: None),
    "what failed to go back is gone": (refunds, "return_top_up", lambda **_: None),
    "an approved adjustment is not written": (adjustments, "adjust", lambda **_: None),
}


def tell_one_of_everything() -> None:
    """Not a random story: each thing that moves money, once."""
    story = Money()
    story.open_the_wallets()
    try:
        story.charge_a_fee(who=1, amount=Decimal("5.00"), reference="reservation:1")
        story.take_a_fee_back(who=1, amount=Decimal("2.00"), reference="reservation:1")
        story.top_up(who=1, whole=10)
        for amount in ("9.99", "2.00"):
            story.charge(who=1, amount=Decimal(amount), reference="reservation:2")
        story.refund(who=1, amount=Decimal("0.50"), reference="reservation:2")
        story.adjust(who=0, amount=Decimal("1.00"), sign=1)
        story.wait(hours=15 * 24)
        story.choose_a_plan(who=0, plan="PREMIUM")
        story.top_up(who=0, whole=20)
        story.the_job_comes_by(who=0, hours=30 * 24)
        for part in (Decimal("3.33"), None):
            story.give_a_top_up_back(which=1, part=part)
        story.what_went_back_comes_again(which=0)
        for approves in (True, False):
            story.ask_for_a_large_adjustment(who=1, cents=1, sign=1)
            story.a_second_admin_decides(approves=approves)
        for which in range(len(story.done)):
            story.repeat_something_old(which=which)
        story.wallets_are_what_the_pure_ones_say()
        story.every_cent_is_accounted_for()
    finally:
        story.teardown()


def test_the_story_of_everything_loses_and_makes_no_cent() -> None:
    tell_one_of_everything()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_control_a_story_finds_out_what_is_done_wrong(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the tests above would notice."""
    monkeypatch.setattr(*MISTAKES[mistake])
    with pytest.raises((AssertionError, PortalError, IntegrityError)):
        tell_one_of_everything()
