"""The limiter itself: exact, sliding, all or nothing."""

from collections import Counter

import pytest

from library_portal.errors import RateLimited
from library_portal.ratelimit import Quota, forget, hit, withdraw
from library_portal.redis import client
from tests.accounts.growing_older import grow_older
from tests.accounts.simultaneously import simultaneously

FIVE_IN_TWO_MINUTES = Quota("test", "ada", ((5, 120),))
BOTH = Quota("test", "ada", ((5, 120), (10, 3600)))


def outcome(*quotas: Quota) -> str:
    try:
        hit(*quotas)
    except RateLimited:
        return "refused"
    return "counted"


def test_48_simultaneous_hits_never_pass_a_limit_of_5() -> None:
    outcomes = Counter(simultaneously(48, lambda _: outcome(FIVE_IN_TWO_MINUTES)))
    assert outcomes == {"counted": 5, "refused": 43}


def test_refusals_do_not_count_and_the_wait_ends_with_the_oldest_hit() -> None:
    outcomes = [outcome(FIVE_IN_TWO_MINUTES) for _ in range(7)]
    assert outcomes == ["counted"] * 5 + ["refused"] * 2
    grow_older(100)
    with pytest.raises(RateLimited) as refusal:
        hit(FIVE_IN_TWO_MINUTES)
    assert 1 <= refusal.value.retry_after <= 20
    grow_older(20)
    assert outcome(FIVE_IN_TWO_MINUTES) == "counted"


def test_each_of_several_limits_holds_over_its_own_window() -> None:
    for _ in range(2):
        assert [outcome(BOTH) for _ in range(5)] == ["counted"] * 5
        grow_older(120)
    assert outcome(BOTH) == "refused"
    grow_older(3600)
    assert outcome(BOTH) == "counted"


def test_a_hit_counts_in_every_quota_or_in_none() -> None:
    other = Quota("test", "grace", ((1, 60),))
    assert outcome(other) == "counted"
    assert outcome(FIVE_IN_TWO_MINUTES, other) == "refused"
    assert client().zcard(FIVE_IN_TWO_MINUTES.key) == 0


def test_a_hit_that_is_withdrawn_leaves_room_for_another() -> None:
    once = Quota("test", "ada", ((1, 60),))
    hit_id = hit(once)
    assert outcome(once) == "refused"
    withdraw(hit_id, once)
    assert outcome(once) == "counted"


def test_what_is_counted_is_forgotten_after_the_longest_window() -> None:
    hit(BOTH)
    assert 3590 < client().ttl(BOTH.key) <= 3600


def test_what_is_to_be_forgotten_counts_no_more() -> None:
    once = Quota("test", "ada", ((1, 60),))
    assert [outcome(once), outcome(once)] == ["counted", "refused"]
    forget(once)
    assert outcome(once) == "counted"
