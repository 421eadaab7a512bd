"""What the ledger says of each reservation: paid, refunded, late fees, charges for lost copies."""

from reservations.auditing.register import Findings, Moment, check, find

# What a fee has brought, and what is still owed of it or no longer asked for.
FEE = """
    SELECT reservation.id AS reservation_id, reservation.{field} AS fee, coalesce(paid.total, 0.00) AS paid,
           coalesce(owed.outstanding, 0.00) AS outstanding, coalesce(owed.waived, 0.00) AS waived
    FROM reservations_reservation AS reservation
    LEFT JOIN (
        SELECT split_part(reference, ':', 2)::bigint AS id, -sum(amount) AS total
        FROM subscriptions_ledgerentry WHERE kind = '{kind}' AND reference ~ '^{subject}:[0-9]{{1,18}}$' GROUP BY 1
    ) AS paid ON paid.id = reservation.id
    LEFT JOIN (
        SELECT split_part(reference, ':', 2)::bigint AS id, sum(outstanding) AS outstanding, sum(waived) AS waived
        FROM subscriptions_debt WHERE kind = '{kind}' AND reference ~ '^{subject}:[0-9]{{1,18}}$' GROUP BY 1
    ) AS owed ON owed.id = reservation.id
    WHERE NOT reservation.{field} BETWEEN coalesce(paid.total, 0) + coalesce(owed.outstanding, 0)
        AND coalesce(paid.total, 0) + coalesce(owed.outstanding, 0) + coalesce(owed.waived, 0)
"""


@check("reservation-money")
def the_ledger_has_what_was_paid_and_refunded(moment: Moment) -> Findings:
    return find(
        moment,
        "Reservation {reservation_id} says ${paid} paid and ${refunded} refunded; its entries make ${in_ledger}.",
        """
        SELECT reservation.id AS reservation_id, reservation.paid, reservation.refunded,
               coalesce(moved.total, 0.00) AS in_ledger
        FROM reservations_reservation AS reservation
        LEFT JOIN (
            SELECT split_part(reference, ':', 2)::bigint AS id, sum(amount) AS total
            FROM subscriptions_ledgerentry
            WHERE kind IN ('reservation', 'refund') AND reference ~ '^reservation:[0-9]{1,18}$' GROUP BY 1
        ) AS moved ON moved.id = reservation.id
        WHERE coalesce(moved.total, 0) <> reservation.refunded - reservation.paid
        """,
    )


@check("late-fees")
def a_late_fee_is_paid_owed_or_waived(moment: Moment) -> Findings:
    return find(
        moment,
        "Reservation {reservation_id} cost a late fee of ${fee}: ${paid} paid, ${outstanding} owed, ${waived} waived.",
        FEE.format(field="late_fee", kind="late_fee", subject="reservation"),
    )


@check("lost-charges")
def a_lost_copy_is_paid_owed_or_waived(moment: Moment) -> Findings:
    return find(
        moment,
        "Reservation {reservation_id} lost a copy for ${fee}: ${paid} paid, ${outstanding} owed, ${waived} waived.",
        FEE.format(field="lost_fee", kind="lost_copy", subject="lost-copy"),
    )


@check("amounts")
def amounts_fit_the_state(moment: Moment) -> Findings:
    """Nothing is paid while waiting; what is held or lent is paid; a place or hold given up is refunded in full."""
    return find(
        moment,
        "Reservation {reservation_id} is “{status}”: price {price}, paid ${paid}, refunded ${refunded}, "
        "late fee ${late_fee}.",
        """
        SELECT id AS reservation_id, status, price, paid, refunded, late_fee FROM reservations_reservation
        WHERE paid < 0 OR refunded < 0 OR refunded > paid OR late_fee < 0 OR lost_fee < 0
           OR (late_fee > 0 AND status <> 'completed')
           OR CASE status
                WHEN 'pending' THEN price IS NOT NULL OR paid > 0
                WHEN 'ready' THEN price IS NULL OR paid <> price OR refunded > 0
                WHEN 'active' THEN price IS NULL OR paid <> price OR refunded > 0
                WHEN 'completed' THEN price IS NULL OR paid <> price
                ELSE refunded <> paid OR paid <> coalesce(price, 0)
              END
        """,
    )
