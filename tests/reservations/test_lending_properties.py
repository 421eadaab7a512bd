"""Lending as a whole: random stories of patrons, librarians, clocks and copies never break a rule (rules.md).

`LENDING_STORIES=500 make test ARGS=tests/reservations/test_lending_properties.py` tells more of them, other ones each
time; without it the same few are told on every run.
"""

import os
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import books.services
import subscriptions.services
from library_portal.errors import PortalError
from reservations import standing
from reservations.models import Reservation
from reservations.services import hold, loans
from reservations.services.queue import next_in_queue
from tests.reservations.lending import rules
from tests.reservations.lending.machine import Lending

allocating = import_module("reservations.services.allocate")
looking = import_module("reservations.services.looking")

pytestmark = pytest.mark.django_db

MORE = int(os.environ.get("LENDING_STORIES", "0"))


def told(stories: int) -> Any:
    return settings(
        max_examples=stories,
        stateful_step_count=25,
        derandomize=not MORE,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if MORE else [Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
    )


@pytest.fixture
def moving_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers and tasks ask what time it is: the story's."""
    Lending.clock = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: Lending.clock)


def test_no_story_breaks_a_rule(moving_clock: None) -> None:
    run_state_machine_as_test(Lending, settings=told(MORE or 16))


def nobody_is_refused(*_args: Any, **_kwargs: Any) -> None:
    """Instead of the check of limits, blocks and money."""


def whoever_came_last(**asked: Any) -> list[Reservation]:
    return next_in_queue(**asked)[::-1]


# What is taken away or done wrong, and what a story then says.
MISTAKES = {
    "limits are not checked": (hold, "check_may_hold", nobody_is_refused, "copies|holds|insufficient|FREE"),
    "a price forgets the discount": (
        standing,
        "reservation_price",
        lambda *, daily_fee, days, percent: rules.price(daily_fee, days, 0),
        "price",
    ),
    "an early return is not refunded": (loans, "early_return_refund", lambda **_: Decimal("0.00"), "refund"),
    "a late return costs nothing": (loans, "late_fee", lambda **_: Decimal("0.00"), "late fee|late-fee"),
    "the last in the queue comes first": (looking, "next_in_queue", whoever_came_last, "overtaken"),
    "nobody is served when a copy is free": (
        allocating,
        "look_along",
        lambda **_: looking.Look(None),
        "free copy|free-copy",
    ),
    "a refund gets lost": (subscriptions.services, "refund", lambda **_: None, "reservation-money"),
    "a copy stays on the shelf": (books.services, "hold_copy", lambda copy_id: None, "copy"),
    "a queue is not counted": (hold, "queue_changed", lambda **_: None, "waiting-count|overtaken|free"),
}


def tell_one_of_everything() -> None:
    """Not a random story: two books that five people want, an early return, a late one, places given up."""
    story = Lending()
    story.open_the_library(balances=("40.00",) * 5, wishes=[(0, 0), (1, 0), (2, 0), (2, 1), (3, 1), (4, 1), (1, 1)])
    try:
        for _loan in range(3):
            story.check_out(one=0)
        story.time_passes(hours=24)
        story.bring_back(one=0)
        story.let_the_next_go_first(one=0)
        story.cancel(one=0)
        story.buy_a_copy(what=0)
        story.time_passes(hours=24 * 8)
        for _loan in range(2):
            story.bring_back(one=0)
        story.reserve(wishes=[(0, 0), (0, 1), (1, 0), (1, 1)], days=7, waits=True)
    finally:
        story.teardown()


def test_the_story_of_everything_breaks_no_rule(moving_clock: None) -> None:
    tell_one_of_everything()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_control_a_story_finds_out_what_is_done_wrong(
    mistake: str, moving_clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the tests above would notice."""
    module, name, wrong, said = MISTAKES[mistake]
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises((AssertionError, PortalError, IntegrityError), match=said):
        tell_one_of_everything()
