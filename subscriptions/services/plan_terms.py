"""What a plan costs and gives, by admins. A price holds from each patron's next period, limits at once (rules.md)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from library_portal import audit
from library_portal.audit.models import Action
from subscriptions.models import Plan, Subscription


@transaction.atomic
def set_terms(*, code: str, terms: Mapping[str, Any]) -> Plan:
    """Change the plan of this code, or add it. `terms` are fields of Plan that a form has checked."""
    plan = Plan.objects.select_for_update(no_key=True).filter(code=code).first() or Plan(code=code)
    changed = {name: value for name, value in terms.items() if plan.pk is None or getattr(plan, name) != value}
    before = {name: str(getattr(plan, name)) for name in changed} if plan.pk else {}
    if changed:
        for name, value in changed.items():
            setattr(plan, name, value)
        plan.save()
        after = {name: str(value) for name, value in changed.items()}
        audit.record(Action.PLAN_TERMS_CHANGED, plan=code, before=before, after=after)
    if "price" in changed:
        _tell_again(plan)
    return plan


def _tell_again(plan: Plan) -> None:
    """Who was told what the next period of this plan costs was told another price."""
    follows = Q(next_plan=plan) | Q(next_plan=None, plan=plan)
    Subscription.objects.filter(follows, reminded=True).update(reminded=False)
