"""The outbox: what happened was recorded with it, and is delivered."""

from library_portal.outbox.registry import subscriptions_by_event
from reservations.auditing.register import Findings, Moment, check, find


@check("deliveries-missing")
def every_event_has_its_deliveries(moment: Moment) -> Findings:
    """One for each handler, from the first event on that the handler was there for.

    An event without any delivery may be meant for other systems only, as those of an import are.
    """
    wanted = [(name, one.handler_name) for name, them in subscriptions_by_event().items() for one in them]
    return find(
        moment,
        "Event {event_id} ({name}) was never given to {handler}.",
        """
        SELECT event.id AS event_id, event.name, wanted.handler
        FROM unnest(%(names)s::text[], %(handlers)s::text[]) AS wanted(name, handler)
        JOIN (
            SELECT event.name, delivery.handler, min(event.id) AS id FROM outbox_outboxevent AS event
            JOIN outbox_delivery AS delivery ON delivery.event_id = event.id GROUP BY 1, 2
        ) AS first ON first.name = wanted.name AND first.handler = wanted.handler
        JOIN outbox_outboxevent AS event ON event.name = wanted.name AND event.id > first.id
        LEFT JOIN outbox_delivery AS delivery ON delivery.event_id = event.id AND delivery.handler = wanted.handler
        WHERE delivery.id IS NULL
          AND (event.name NOT LIKE 'book.%%' OR EXISTS (SELECT FROM outbox_delivery WHERE event_id = event.id))
        """,
        names=[name for name, _handler in wanted],
        handlers=[handler for _name, handler in wanted],
    )


@check("dead-letters")
def nothing_is_given_up(moment: Moment) -> Findings:
    return find(
        moment,
        "Delivery {delivery_id} of event {event_id} to {handler} was given up: {last_error}",
        """
        SELECT id AS delivery_id, event_id, handler, last_error FROM outbox_delivery WHERE status = 'dead'
        """,
    )


@check("deliveries-late")
def what_is_due_is_delivered(moment: Moment) -> Findings:
    """Sent again when its lease ends; of a settled portal nothing waits at all."""
    return find(
        moment,
        "Delivery {delivery_id} of event {event_id} to {handler} waits, sent {sends} times, failed {attempts} times.",
        """
        SELECT id AS delivery_id, event_id, handler, sends, attempts FROM outbox_delivery
        WHERE status = 'waiting' AND (%(settled)s OR send_after < %(long_ago)s)
        """,
        settled=moment.settled,
    )


@check("events-unpublished")
def other_systems_hear_of_every_event(moment: Moment) -> Findings:
    return find(
        moment,
        "Event {event_id} ({name}) has not gone out since {recorded_at:%Y-%m-%d %H:%M} UTC.",
        """
        SELECT id AS event_id, name, recorded_at FROM outbox_outboxevent
        WHERE published_at IS NULL AND recorded_at < %(long_ago)s
        """,
    )


@check("events-of-reservations")
def what_became_of_a_reservation_was_recorded(moment: Moment) -> Findings:
    """From its first event on that is still kept (a week), each state has its event, and none was never there."""
    return find(
        moment,
        "Reservation {reservation_id} is “{status}”, its last event is {last_event}.",
        """
        SELECT * FROM (
            SELECT happened.reservation_id, coalesce(reservation.status, 'missing') AS status,
                   happened.names[1] AS last_event
            FROM (
                SELECT (payload ->> 'reservation_id')::bigint AS reservation_id,
                       array_agg(name ORDER BY id DESC) AS names
                FROM outbox_outboxevent
                WHERE name IN (
                    'reservation.ready', 'reservation.deferred', 'reservation.checked_out', 'reservation.scan_undone',
                    'reservation.returned', 'reservation.copy_lost', 'reservation.copy_found',
                    'reservation.cancelled', 'reservation.expired'
                ) GROUP BY 1
            ) AS happened
            LEFT JOIN reservations_reservation AS reservation ON reservation.id = happened.reservation_id
        ) AS told
        WHERE last_event <> ALL (CASE status
            WHEN 'pending' THEN ARRAY['reservation.deferred', 'reservation.scan_undone']
            WHEN 'ready' THEN ARRAY['reservation.ready', 'reservation.scan_undone']
            WHEN 'active' THEN ARRAY['reservation.checked_out', 'reservation.scan_undone']
            WHEN 'completed' THEN ARRAY['reservation.returned', 'reservation.copy_lost', 'reservation.copy_found']
            WHEN 'cancelled' THEN ARRAY['reservation.cancelled']
            WHEN 'expired' THEN ARRAY['reservation.expired']
            ELSE ARRAY[]::text[] END)
        """,
    )


@check("events-of-money")
def what_moved_money_was_recorded(moment: Moment) -> Findings:
    """Each entry that an event speaks of is there, as it says, and so is the event of each that came after it."""
    return find(
        moment,
        "Entry {entry_id} moved ${amount}, and its event says {told}.",
        """
        SELECT coalesce(entry.id, told.entry_id) AS entry_id, coalesce(entry.amount, 0.00) AS amount,
               coalesce('$' || told.amount, 'nothing') AS told
        FROM (
            SELECT (payload ->> 'entry_id')::bigint AS entry_id, (payload ->> 'amount')::numeric AS amount
            FROM outbox_outboxevent WHERE name IN ('wallet.credited', 'wallet.debited')
        ) AS told
        FULL JOIN subscriptions_ledgerentry AS entry ON entry.id = told.entry_id
        WHERE (entry.id IS NULL OR entry.amount <> told.amount OR told.entry_id IS NULL)
          AND coalesce(entry.created_at, %(now)s) > coalesce((
              SELECT min(recorded_at) + %(soon)s FROM outbox_outboxevent
              WHERE name IN ('wallet.credited', 'wallet.debited')
          ), 'infinity')
        """,
    )


@check("events-order")
def ids_grow_in_the_order_recorded(moment: Moment) -> Findings:
    """For what is locked while it is recorded: the events of one reservation."""
    return find(
        moment,
        "Event {event_id} ({name}) of reservation {reservation_id} was recorded before event {earlier_id}.",
        """
        SELECT id AS event_id, name, reservation_id, earlier_id FROM (
            SELECT id, name, payload ->> 'reservation_id' AS reservation_id, recorded_at,
                   lag(id) OVER same AS earlier_id, lag(recorded_at) OVER same AS earlier
            FROM outbox_outboxevent WHERE name LIKE 'reservation.%%'
            WINDOW same AS (PARTITION BY payload ->> 'reservation_id' ORDER BY id)
        ) AS run WHERE recorded_at < earlier
        """,
    )
