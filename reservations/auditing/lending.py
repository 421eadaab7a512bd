"""The life of a reservation: what belongs to which state (rules.md, "The life of a reservation")."""

from reservations.auditing.register import Findings, Moment, check, find


@check("open-twice")
def one_open_reservation_per_patron_and_book(moment: Moment) -> Findings:
    return find(
        moment,
        "Patron {user_id} has {many} open reservations for book {book_id}: {reservations}.",
        """
        SELECT user_id, book_id, count(*) AS many, string_agg('#' || id, ', ' ORDER BY id) AS reservations
        FROM reservations_reservation WHERE status IN ('pending', 'ready', 'active')
        GROUP BY user_id, book_id HAVING count(*) > 1
        """,
    )


@check("state")
def a_reservation_has_what_belongs_to_its_state(moment: Moment) -> Findings:
    return find(
        moment,
        "Reservation {reservation_id} is “{status}”, and {problem}.",
        """
        SELECT id AS reservation_id, status, problem FROM (
            SELECT id, status, concat_ws(', ',
                CASE WHEN status NOT IN ('pending', 'ready', 'active', 'completed', 'cancelled', 'expired')
                     THEN 'there is no such state' END,
                CASE WHEN status = 'pending' AND copy_id IS NOT NULL THEN 'has a copy' END,
                CASE WHEN status IN ('ready', 'active') AND copy_id IS NULL THEN 'has no copy' END,
                CASE WHEN status IN ('pending', 'ready', 'active') AND book_id IS NULL THEN 'has no book' END,
                CASE WHEN status = 'pending' AND (ready_at IS NOT NULL OR hold_until IS NOT NULL)
                     THEN 'has a time of holding' END,
                CASE WHEN status IN ('ready', 'active', 'completed') AND (ready_at IS NULL OR hold_until IS NULL)
                     THEN 'has no time of holding' END,
                CASE WHEN status IN ('active', 'completed') AND (starts_on IS NULL OR due_on IS NULL)
                     THEN 'has no dates of a loan' END,
                CASE WHEN status NOT IN ('active', 'completed') AND (starts_on IS NOT NULL OR due_on IS NOT NULL)
                     THEN 'has dates of a loan' END,
                CASE WHEN (closed_at IS NULL) <> (status IN ('pending', 'ready', 'active'))
                     THEN 'its time of ending says otherwise' END,
                CASE WHEN status <> 'completed' AND lost_on IS NOT NULL THEN 'its copy is lost' END
            ) AS problem FROM reservations_reservation
        ) AS looked_at WHERE problem <> ''
        """,
    )


@check("hold-over")
def holds_end_when_their_time_is_over(moment: Moment) -> Findings:
    """The task that ends them runs every minute."""
    return find(
        moment,
        "Reservation {reservation_id} is still held, since {hold_until:%Y-%m-%d %H:%M} UTC without right.",
        """
        SELECT id AS reservation_id, hold_until FROM reservations_reservation
        WHERE status = 'ready' AND hold_until < least(%(long_ago)s, %(now)s - %(soon)s * 5)
        """,
    )


@check("loan-dates")
def a_loans_dates_follow_each_other(moment: Moment) -> Findings:
    """Held, lent on, due after its days or later (the library was closed), ended."""
    return find(
        moment,
        "Reservation {reservation_id}: held {held_on}, lent {starts_on} for {days} days, due {due_on}, "
        "ended {ended_on}.",
        """
        SELECT id AS reservation_id, days, starts_on, due_on,
               timezone(%(zone)s, ready_at)::date AS held_on, timezone(%(zone)s, closed_at)::date AS ended_on
        FROM reservations_reservation
        WHERE status IN ('active', 'completed') AND (
            due_on < starts_on + days
            OR starts_on < timezone(%(zone)s, ready_at - %(soon)s)::date
            OR timezone(%(zone)s, closed_at + %(soon)s)::date < starts_on
            OR starts_on > timezone(%(zone)s, %(now)s + %(soon)s)::date
        )
        """,
    )
