"""Periods of plans, messages to people, answers kept for apps."""

from reservations.auditing.register import Findings, Moment, check, find


@check("plan-periods")
def a_paid_plan_has_a_period(moment: Moment) -> Findings:
    return find(
        moment,
        "Subscription {subscription_id} of patron {user_id} to {plan} runs from {started_at} to {ends_at}.",
        """
        SELECT subscription.id AS subscription_id, subscription.user_id, plan.name AS plan,
               period_started_at::text AS started_at, coalesce(period_ends_at::text, 'no end') AS ends_at
        FROM subscriptions_subscription AS subscription
        JOIN subscriptions_plan AS plan ON plan.id = subscription.plan_id
        WHERE period_ends_at <= period_started_at OR (period_ends_at IS NULL AND plan.price > 0)
        """,
    )


@check("messages-twice")
def nobody_is_told_twice_of_one_event(moment: Moment) -> Findings:
    return find(
        moment,
        "Person {user_id} has {many} messages of “{key}”.",
        """
        SELECT user_id, key, count(*) AS many FROM notifications_notification
        GROUP BY user_id, key HAVING count(*) > 1
        """,
    )


@check("kept-answers")
def answers_are_kept_for_a_day(moment: Moment) -> Findings:
    """The task that forgets them runs every hour. One without an answer is of a process that died: its key is free."""
    return find(
        moment,
        "Answer {kept_answer_id} to person {user_id} for {path} is kept since {claimed_at:%Y-%m-%d %H:%M} UTC.",
        """
        SELECT id AS kept_answer_id, user_id, path, claimed_at FROM api_keptanswer
        WHERE claimed_at < %(now)s - interval '27 hours'
        """,
    )
