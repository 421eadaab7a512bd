"""The limiter itself: exact, sliding, all or nothing."""

from collections import Counter

import pytest

from library_portal.errors import RateLimited
from library_portal.ratelimit import Quota, hit, withdraw
from library_portal.redis import client
from tests.accounts.simultaneously import simultaneously

FIVE_IN_TWO_MINUTES = Quota("test", "ada", ((5, 120),))
BOTH = Quota("test", "ada", ((5, 120), (10, 3600)))


def grow_older(quota: Quota, seconds: int) -> None:
    for member, at in client().zrange(quota.key, 0, -1, withscores=True):
        client().zadd(quota.key, {member: at - seconds * 1_000_000})


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
    grow_older(FIVE_IN_TWO_MINUTES, 100)
    with pytest.raises(RateLimited) as refusal:
        hit(FIVE_IN_TWO_MINUTES)
    assert 1 <= refusal.value.retry_after <= 20
    grow_older(FIVE_IN_TWO_MINUTES, 20)
    assert outcome(FIVE_IN_TWO_MINUTES) == "counted"


def test_each_of_several_limits_holds_over_its_own_window() -> None:
    for _ in range(2):
        assert [outcome(BOTH) for _ in range(5)] == ["counted"] * 5
        grow_older(BOTH, 120)
    assert outcome(BOTH) == "refused"
    grow_older(BOTH, 3600)
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
