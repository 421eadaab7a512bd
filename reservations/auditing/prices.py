"""Prices, refunds and fees, worked out once more where nothing they depend on has changed since.

A book's fee and price may have been edited (`updated_at` says when last), the library's own numbers as well: fees are
worked out again for a week.
"""

from django.conf import settings

from reservations.auditing.register import Findings, Moment, check, find


@check("price")
def a_price_is_fee_times_days_less_discount(moment: Moment) -> Findings:
    """Rounded up to the cent; what was extended has more than one price in it."""
    return find(
        moment,
        "Reservation {reservation_id}: {days} days at ${daily_fee} less {percent} % cost ${price}, not ${right_price}.",
        """
        SELECT * FROM (
            SELECT reservation.id AS reservation_id, days, book.daily_fee, discount_percent AS percent,
                   reservation.price, (ceil(book.daily_fee * days * (100 - discount_percent)) / 100)::numeric(12, 2)
                   AS right_price
            FROM reservations_reservation AS reservation
            JOIN books_book AS book ON book.id = reservation.book_id
            WHERE status IN ('ready', 'active', 'completed') AND extensions = 0
              AND book.updated_at < ready_at - %(soon)s
        ) AS priced WHERE price <> right_price
        """,
    )


@check("discount")
def a_discount_has_a_name_and_a_percentage(moment: Moment) -> Findings:
    return find(
        moment,
        "Reservation {reservation_id} has a discount “{discount_name}” of {percent} %.",
        """
        SELECT id AS reservation_id, discount_name, discount_percent AS percent FROM reservations_reservation
        WHERE (discount_name = '') <> (discount_percent = 0) OR discount_percent > 100
           OR discount_name NOT IN ('', 'standing', 'frequent_reader', 'big_spender')
        """,
    )


@check("early-return")
def days_not_used_are_refunded(moment: Moment) -> Findings:
    """Paid × unused whole days ÷ all days; of a lost copy nothing, also where it cost nothing and was found."""
    return find(
        moment,
        "Reservation {reservation_id}: ${paid} for {days} days, {used} used, ${refunded} refunded, "
        "not ${right_refund}.",
        """
        SELECT * FROM (
            SELECT id AS reservation_id, paid, days, used, refunded,
                   (paid - ceil(paid * 100 * least(used, days) / days) / 100)::numeric(12, 2) AS right_refund
            FROM (
                SELECT *, timezone(%(zone)s, closed_at)::date - starts_on AS used FROM reservations_reservation
                WHERE status = 'completed' AND lost_on IS NULL AND NOT EXISTS (
                    SELECT FROM subscriptions_ledgerentry WHERE reference = 'lost-copy:' || reservations_reservation.id
                ) AND NOT EXISTS (
                    SELECT FROM subscriptions_debt WHERE reference = 'lost-copy:' || reservations_reservation.id
                ) AND id NOT IN (
                    SELECT (details ->> 'reservation')::bigint FROM audit_auditentry
                    WHERE action = 'reservation_changed' AND details ->> 'what' = 'lose'
                )
            ) AS ended
        ) AS refunds WHERE refunded <> right_refund
        """,
    )


@check("late-fee-rule")
def a_late_fee_counts_the_days_begun(moment: Moment) -> Findings:
    """Twice the daily fee for each, at most the price of the book; a lost copy costs the rest of that price."""
    return find(
        moment,
        "Reservation {reservation_id} ended {late_days} days late: late fee ${late_fee} and not ${right_fee}, "
        "lost copy ${lost_fee} and not ${right_lost_fee}.",
        """
        SELECT * FROM (
            SELECT reservation_id, late_days, late_fee, right_fee::numeric(12, 2), lost_fee,
                   CASE WHEN is_lost THEN cap - right_fee ELSE 0 END::numeric(12, 2) AS right_lost_fee
            FROM (
                SELECT *, least(ceil(daily_fee * %(factor)s * late_days * 100) / 100, cap) AS right_fee FROM (
                    SELECT reservation.id AS reservation_id, late_fee, lost_fee, lost_on IS NOT NULL AS is_lost,
                           book.daily_fee, coalesce(book.price, %(cap)s) AS cap,
                           greatest(timezone(%(zone)s, closed_at)::date - due_on, 0) AS late_days
                    FROM reservations_reservation AS reservation
                    JOIN books_book AS book ON book.id = reservation.book_id
                    WHERE status = 'completed' AND closed_at > %(now)s - interval '7 days'
                      AND book.updated_at < closed_at - %(soon)s
                ) AS ended
            ) AS late
        ) AS fees WHERE late_fee <> right_fee OR lost_fee <> right_lost_fee
        """,
        factor=settings.LATE_FEE_FACTOR,
        cap=settings.LATE_FEE_CAP_WITHOUT_PRICE,
    )
