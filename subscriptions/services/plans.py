"""Plans of patrons."""

from datetime import datetime, timedelta

from django.db import transaction

from library_portal.outbox import record
from subscriptions.events import SubscriptionChanged
from subscriptions.models import Plan, Subscription
from subscriptions.services.wallet import lock_wallet


@transaction.atomic
def set_plan(*, user_id: int, plan_code: str, now: datetime) -> Subscription:
    """Put the patron on a plan from now, without charging (staff and demo people). FREE never ends.

    Raises Plan.DoesNotExist for an unknown code.
    """
    lock_wallet(user_id=user_id)
    plan = Plan.objects.get(code=plan_code)
    ends_at = now + timedelta(days=plan.period_days) if plan.price else None
    subscription, _ = Subscription.objects.update_or_create(
        user_id=user_id,
        defaults={"plan": plan, "next_plan": None, "period_started_at": now, "period_ends_at": ends_at},
    )
    record(SubscriptionChanged(user_id=user_id, plan=plan.code, changed_at=now.isoformat()))
    return subscription
