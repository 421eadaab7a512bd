"""The waiting queues: how long they are, their order, and that nobody who could have a copy is left waiting."""

from typing import Any

from django.db import connection
from django.utils import timezone

from library_portal.redis import RedisError
from reservations.auditing.register import SHOWN, Findings, Moment, check, find
from reservations.places.rebuilding import what_differs
from reservations.short_loans import cut, short_loan_days
from reservations.standing import refusal_to_hold, standings_of

BATCH = 500
# Deliveries that may still change who gets what, and events that were just recorded.
UNDER_WAY = """
    SELECT (event.payload ->> 'book_id')::bigint AS book_id, (event.payload ->> 'user_id')::bigint AS user_id
    FROM outbox_outboxevent AS event WHERE event.recorded_at > %(long_ago)s
    UNION
    SELECT (event.payload ->> 'book_id')::bigint, (event.payload ->> 'user_id')::bigint
    FROM outbox_delivery AS delivery JOIN outbox_outboxevent AS event ON event.id = delivery.event_id
    WHERE delivery.status = 'waiting' AND delivery.queue = 'circulation'
"""
WAITING_BESIDE_A_FREE_COPY = f"""
    WITH under_way AS MATERIALIZED ({UNDER_WAY})
    SELECT place.id, place.user_id, place.book_id, place.days, book.daily_fee
    FROM reservations_reservation AS place
    JOIN books_book AS book ON book.id = place.book_id AND book.is_lendable AND book.withdrawn_at IS NULL
    WHERE place.status = 'pending' AND (place.paused_until IS NULL OR place.paused_until <= %(that_day)s)
      AND EXISTS (SELECT FROM books_copy WHERE book_id = place.book_id AND status = 'available')
      AND place.book_id NOT IN (SELECT book_id FROM under_way WHERE book_id IS NOT NULL)
      AND place.user_id NOT IN (SELECT user_id FROM under_way WHERE user_id IS NOT NULL)
    ORDER BY place.book_id, place.priority DESC, place.queued_at, place.id
"""  # noqa: S608 - constants


@check("waiting-count")
def a_book_knows_how_many_wait(moment: Moment) -> Findings:
    return find(
        moment,
        "Book {book_id} says that {waiting_count} wait; {waiting} do.",
        """
        SELECT book.id AS book_id, book.waiting_count, coalesce(queue.waiting, 0) AS waiting
        FROM books_book AS book
        LEFT JOIN (
            SELECT book_id, count(*) AS waiting FROM reservations_reservation WHERE status = 'pending' GROUP BY book_id
        ) AS queue ON queue.book_id = book.id
        WHERE book.waiting_count <> coalesce(queue.waiting, 0)
        """,
    )


@check("priority")
def a_place_has_the_priority_of_its_patrons_plan(moment: Moment) -> Findings:
    """Unless it was moved. A plan that has run out, or begins, is followed when the queue is next looked along."""
    return find(
        moment,
        "Reservation {reservation_id} waits with priority {priority}, the plan {plan} of patron {user_id} "
        "gives {right_priority}.",
        f"""
        SELECT place.id AS reservation_id, place.priority, plan.name AS plan, place.user_id,
               plan.priority AS right_priority
        FROM reservations_reservation AS place
        LEFT JOIN subscriptions_subscription AS subscription ON subscription.user_id = place.user_id
        JOIN subscriptions_plan AS plan
            ON CASE WHEN subscription.id IS NULL THEN plan.code = 'FREE' ELSE plan.id = subscription.plan_id END
        WHERE place.status = 'pending' AND NOT place.is_moved AND place.priority <> plan.priority
          AND (subscription.id IS NULL OR subscription.period_started_at <= %(long_ago)s)
          AND (subscription.period_ends_at IS NULL OR subscription.period_ends_at > %(now)s)
          AND place.user_id NOT IN (SELECT user_id FROM ({UNDER_WAY}) AS under_way WHERE user_id IS NOT NULL)
        """,  # noqa: S608 - constants
    )


@check("overtaken")
def nobody_is_overtaken(moment: Moment) -> Findings:
    """Who stood there unchanged and was never told why not was eligible, and should have had the copy.

    Who is closed is told nothing, and may be back.
    """
    return find(
        moment,
        "Reservation {reservation_id} waits for book {book_id} since {since:%Y-%m-%d %H:%M} UTC; "
        "reservation {overtaker_id} behind it got a copy at {got_at:%Y-%m-%d %H:%M} UTC.",
        """
        SELECT waits.id AS reservation_id, waits.book_id, waits.queued_at AS since,
               got.id AS overtaker_id, got.ready_at AS got_at
        FROM reservations_reservation AS waits
        LEFT JOIN subscriptions_subscription AS subscription ON subscription.user_id = waits.user_id
        CROSS JOIN LATERAL (
            SELECT id, ready_at FROM reservations_reservation AS got
            WHERE got.book_id = waits.book_id AND got.ready_at > %(now)s - interval '7 days'
              AND (got.priority < waits.priority OR (
                  got.priority = waits.priority AND (got.queued_at, got.id) > (waits.queued_at, waits.id)))
              AND got.ready_at > waits.queued_at
              AND (got.id > waits.id OR got.ready_at > waits.queued_at + %(soon)s)
              AND (subscription.id IS NULL OR subscription.period_started_at < got.ready_at - %(soon)s)
            ORDER BY got.id LIMIT 1
        ) AS got
        WHERE waits.status = 'pending' AND waits.told_reasons = '{}' AND waits.step = 0 AND NOT waits.is_moved
          AND waits.paused_until IS NULL AND waits.queued_at = waits.joined_at
          AND waits.user_id IN (SELECT id FROM accounts_user WHERE is_active)
          AND waits.user_id NOT IN (SELECT whom_id FROM audit_auditentry WHERE action = 'reactivated')
        """,
    )


@check("queues-in-redis")
def the_sets_in_redis_are_the_queues(moment: Moment) -> Findings:
    """Those of another version than the queue's are behind, and not asked."""
    try:
        wrong = [
            {"what": f"The queue of book {book_id} is another one in Redis.", "book_id": book_id}
            for book_id in what_differs()
        ]
    except RedisError:
        return Findings(not_checked="Redis is away: positions are counted by PostgreSQL.")
    return Findings(len(wrong), wrong[:SHOWN])


@check("free-copy-waited-for")
def a_free_copy_goes_to_who_can_have_it(moment: Moment) -> Findings:
    """The first in the queue who was eligible then and still is, where nothing is under way for book or patron."""
    wrong = [row for batch in _batches(_waiting_beside_a_free_copy(moment)) for row in _eligible(batch, moment)]
    return Findings(len(wrong), wrong[:SHOWN])


def _waiting_beside_a_free_copy(moment: Moment) -> list[dict[str, Any]]:
    that_day = timezone.localdate(moment.now - moment.grace)
    with connection.cursor() as cursor:
        cursor.execute(WAITING_BESIDE_A_FREE_COPY, moment.values() | {"that_day": that_day})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _batches(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def _eligible(places: list[dict[str, Any]], moment: Moment) -> list[dict[str, Any]]:
    standings = standings_of(user_ids={place["user_id"] for place in places}, now=moment.now - moment.grace)
    shorter = {book_id: short_loan_days(book_id=book_id) for book_id in {place["book_id"] for place in places}}
    found = []
    for place in places:
        standing = standings[place["user_id"]]
        days = cut(place["days"], plan_days=standing.plan.max_days, short_loan=shorter[place["book_id"]])
        if refusal_to_hold(standing, daily_fee=place["daily_fee"], days=days) is None:
            ids = {"reservation_id": place["id"], "user_id": place["user_id"], "book_id": place["book_id"]}
            found.append({"what": _WAITS.format(**ids), **ids})
    return found


_WAITS = "Reservation {reservation_id} of patron {user_id} waits although a copy of book {book_id} is free."
