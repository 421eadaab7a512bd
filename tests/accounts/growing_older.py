"""Time passes for the limits: what they counted is moved into the past."""

from library_portal.redis import client

MINUTE, HOUR, DAY = 60, 3600, 86_400


def grow_older(seconds: int, *, keys: str = "limit:*") -> None:
    for key in client().scan_iter(keys):
        for member, at in client().zrange(key, 0, -1, withscores=True):
            client().zadd(key, {member: at - seconds * 1_000_000})
