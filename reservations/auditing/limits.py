"""A plan's limits, as far as they can be proved: plans change, and librarians may set a limit aside."""

from reservations.auditing.register import Findings, Moment, check, find

# The plan that counts for each patron, and since when it does: as it is now, and not edited since.
PLANS = """
    SELECT person.id AS user_id, plan.name AS plan, plan.max_copies, plan.holds_per_week,
           greatest(current.since, (
               SELECT max(action_time) FROM django_admin_log AS log JOIN django_content_type AS type
                   ON type.id = log.content_type_id AND type.app_label = 'subscriptions' AND type.model = 'plan'
               WHERE log.object_id = plan.id::text
           )) + %(soon)s AS since
    FROM accounts_user AS person
    LEFT JOIN subscriptions_subscription AS subscription ON subscription.user_id = person.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN subscription.id IS NULL THEN '-infinity'
                    WHEN subscription.period_ends_at <= %(now)s THEN subscription.period_ends_at
                    ELSE subscription.period_started_at END AS since,
               coalesce(subscription.period_ends_at > %(now)s OR subscription.period_ends_at IS NULL, false)
                   AND subscription.id IS NOT NULL AS is_running
    ) AS current
    JOIN subscriptions_plan AS plan
        ON CASE WHEN current.is_running THEN plan.id = subscription.plan_id ELSE plan.code = 'FREE' END
"""
# What librarians did with reservations: a limit set aside, or a loan that is open again.
BY_STAFF = """
    SELECT (details ->> 'reservation')::bigint AS reservation_id FROM audit_auditentry
    WHERE action = 'reservation_changed' AND (
        details ->> 'what' = 'undo_return'
        OR details ->> 'reason' ~ '^[a-z_, ]*(blocked|limit_reached|quota_reached)[a-z_, ]*: '
    )
"""


@check("copies-at-once")
def nobody_has_more_copies_than_the_plan_allows(moment: Moment) -> Findings:
    """All that are out now were out when the last of them was held, and then the plan was asked."""
    return find(
        moment,
        "Patron {user_id} on {plan} has {copies} copies held or on loan instead of {max_copies}: {reservations}.",
        f"""
        SELECT plans.user_id, plans.plan, plans.max_copies, taken.copies, taken.reservations
        FROM (
            SELECT user_id, count(*) AS copies, max(ready_at) AS last_at,
                   string_agg('#' || id, ', ' ORDER BY id) AS reservations,
                   bool_or(by_staff.reservation_id IS NOT NULL) AS is_by_staff
            FROM reservations_reservation
            LEFT JOIN (SELECT DISTINCT reservation_id FROM ({BY_STAFF}) AS acts) AS by_staff ON reservation_id = id
            WHERE status IN ('ready', 'active') GROUP BY user_id HAVING count(*) > (
                SELECT min(max_copies) FROM subscriptions_plan
            )
        ) AS taken
        JOIN ({PLANS}) AS plans ON plans.user_id = taken.user_id
        WHERE taken.copies > plans.max_copies AND taken.last_at > plans.since AND NOT taken.is_by_staff
        """,  # noqa: S608 - constants
    )


@check("holds-per-week")
def nobody_had_more_new_holds_than_the_plan_allows(moment: Moment) -> Findings:
    """In the seven days before each hold of the last week."""
    return find(
        moment,
        "Patron {user_id} on {plan} had hold number {holds} of 7 days with reservation {reservation_id}; "
        "{holds_per_week} are allowed.",
        f"""
        SELECT holds.user_id, plans.plan, holds.holds, holds.id AS reservation_id, plans.holds_per_week
        FROM (
            SELECT id, user_id, ready_at, count(*) OVER (
                PARTITION BY user_id ORDER BY ready_at
                RANGE BETWEEN interval '6 days 23:59:59.999999' PRECEDING AND CURRENT ROW
            ) AS holds
            FROM reservations_reservation WHERE ready_at > %(now)s - interval '14 days'
        ) AS holds
        JOIN ({PLANS}) AS plans ON plans.user_id = holds.user_id
        WHERE holds.holds > plans.holds_per_week AND holds.ready_at > plans.since
          AND holds.ready_at > %(now)s - interval '7 days'
          AND holds.id NOT IN ({BY_STAFF})
        """,  # noqa: S608 - constants
    )
