"""Limits on how often somebody may do something, exact under simultaneous requests.

Each (scope, subject) is a sorted set of the instants of its hits in Redis, a sliding window on Redis's own clock. One
script looks at all of them and counts the hit in all or in none.
"""

from dataclasses import dataclass
from uuid import uuid4

from library_portal.errors import RateLimited
from library_portal.redis import client, required

Limits = tuple[tuple[int, int], ...]  # (how many, in how many seconds), ...

# KEYS: one sorted set per quota. ARGV: the hit's id, then per key the number of its limits and each limit.
# Answers 0 when the hit was counted, otherwise the microseconds until it could be.
_HIT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local wait, longest, at = 0, {}, 2
for i, key in ipairs(KEYS) do
    longest[i] = 0
    local many = tonumber(ARGV[at])
    for j = at + 1, at + 2 * many, 2 do
        local allowed, window = tonumber(ARGV[j]), ARGV[j + 1] * 1000000
        longest[i] = math.max(longest[i], window)
        local oldest = redis.call('ZRANGE', key, -allowed, -allowed, 'WITHSCORES')[2]
        if oldest then wait = math.max(wait, oldest + window - now) end
    end
    at = at + 2 * many + 1
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - longest[i]))
    redis.call('ZADD', key, string.format('%.0f', now), ARGV[1])
    redis.call('PEXPIRE', key, math.ceil(longest[i] / 1000))
end
return 0
"""


@dataclass(frozen=True)
class Quota:
    """So many hits of one kind (`scope`) by one person, address or the like (`subject`).

    With several limits, each holds on its own over its window.
    """

    scope: str
    subject: str
    limits: Limits

    @property
    def key(self) -> str:
        return f"limit:{self.scope}:{self.subject}"


def hit(*quotas: Quota) -> str:
    """Count one hit in all these quotas, or in none; the answer is the hit's id for `withdraw`.

    Raises RateLimited when any quota is used up, ServiceUnavailable when Redis is away.
    """
    hit_id = uuid4().hex
    arguments: list[str | int] = [hit_id]
    for quota in quotas:
        arguments += [len(quota.limits), *(number for limit in quota.limits for number in limit)]
    with required():
        wait = client().register_script(_HIT)(keys=[quota.key for quota in quotas], args=arguments)
    if wait:
        raise RateLimited(retry_after=-(-wait // 1_000_000))
    return hit_id


def withdraw(hit_id: str, *quotas: Quota) -> None:
    """Take a hit back, as a right password is no guess. Raises ServiceUnavailable when Redis is away."""
    with required(), client().pipeline(transaction=False) as pipeline:
        for quota in quotas:
            pipeline.zrem(quota.key, hit_id)
        pipeline.execute()


def forget(*quotas: Quota) -> None:
    """Start counting anew. Raises ServiceUnavailable when Redis is away."""
    with required():
        client().delete(*(quota.key for quota in quotas))
