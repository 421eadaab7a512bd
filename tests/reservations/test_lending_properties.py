"""Lending as a whole: random stories of patrons, librarians, clocks and copies never break a rule (rules.md).

`LENDING_STORIES=500 make test ARGS=tests/reservations/test_lending_properties.py` tells more of them, other ones each
time; without it the same few are told on every run.
"""

import os
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.reservations.lending.machine import Lending

pytestmark = pytest.mark.django_db

MORE = int(os.environ.get("LENDING_STORIES", "0"))


def told(stories: int, steps: int = 25) -> Any:
    return settings(
        max_examples=stories,
        stateful_step_count=steps,
        derandomize=not MORE,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if MORE else [Phase.generate],
        print_blob=False,
    )


@pytest.fixture
def moving_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers and tasks ask what time it is: the story's."""
    Lending.clock = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: Lending.clock)


def test_no_story_breaks_a_rule(moving_clock: None) -> None:
    run_state_machine_as_test(Lending, settings=told(MORE or 20))
