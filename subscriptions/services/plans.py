"""Plans of patrons: chosen, changed, cancelled; staff may give one without a charge."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput, PortalError
from library_portal.outbox import record
from subscriptions import queries
from subscriptions.entitlements import PlanChange, change_to, has_ended, plan_in_force, unused_credit
from subscriptions.events import SubscriptionChanged
from subscriptions.models import Plan, Subscription
from subscriptions.services.wallet import EntryKind, InsufficientFunds, charge, credit_subscription, lock_wallet


class SubscriptionError(PortalError):
    code = "subscription_error"
    status = 409
    title = _("This plan can't be changed so.")


class NothingToRenew(SubscriptionError):
    title = _("The Free plan does not end: there is nothing to renew.")


class UnknownPlan(InvalidInput):
    def __init__(self) -> None:
        super().__init__(errors={"plan": [_("There is no such plan.")]})


@transaction.atomic
def change_subscription(*, user_id: int, plan_code: str | None, auto_renew: bool | None, now: datetime) -> None:
    """Both or nothing; None leaves it as it is. Raises what `change_plan` and `set_auto_renew` raise."""
    if plan_code is not None:
        change_plan(user_id=user_id, plan_code=plan_code, now=now)
    if auto_renew is not None:
        set_auto_renew(user_id=user_id, auto_renew=auto_renew, now=now)


@transaction.atomic
def change_plan(*, user_id: int, plan_code: str, now: datetime) -> Subscription:
    """Upgrade at once, with credit for the unused part of the period; anything else from the end of it.

    Choosing the plan that one has keeps it, also when another was to follow. Choosing Free cancels.
    Raises UnknownPlan, InsufficientFunds; then nothing was changed.
    """
    wallet = lock_wallet(user_id=user_id)
    plan = Plan.objects.filter(code=plan_code).first()
    if plan is None:
        raise UnknownPlan
    subscription = _own(user_id, now=now)
    current = plan_in_force(subscription, free=queries.free_plan(), now=now)
    if plan == current:
        # Free when the period is over, and the renewal has not run yet: it must not.
        return _follow_with(subscription, plan if has_ended(subscription, now=now) else None, now=now)
    change = change_to(plan, subscription=subscription, free=queries.free_plan(), now=now)
    if not change.at_once:
        return _follow_with(subscription, plan, now=now)
    if change.to_pay > wallet.balance:
        raise InsufficientFunds(required=change.to_pay, balance=wallet.balance)
    return _start_now(subscription, change, now=now)


@transaction.atomic
def set_auto_renew(*, user_id: int, auto_renew: bool, now: datetime) -> Subscription:
    """Without it the plan falls to Free at the end of the period. Raises NothingToRenew (for Free)."""
    lock_wallet(user_id=user_id)
    subscription = _own(user_id, now=now)
    if auto_renew and plan_in_force(subscription, free=queries.free_plan(), now=now).price == 0:
        raise NothingToRenew
    if subscription.auto_renew != auto_renew:
        subscription.auto_renew = auto_renew
        subscription.save(update_fields=["auto_renew"])
    return subscription


@transaction.atomic
def set_plan(*, user_id: int, plan_code: str, now: datetime) -> Subscription:
    """Put the patron on a plan from now, without charging (staff and demo people). FREE never ends.

    What they paid for the rest of the current period goes back into the wallet, as with an upgrade (rules.md, "Plans").
    Raises Plan.DoesNotExist for an unknown code.
    """
    lock_wallet(user_id=user_id)
    plan = Plan.objects.get(code=plan_code)
    subscription = _own(user_id, now=now)
    credit = unused_credit(subscription, now=now)
    return _start_now(subscription, PlanChange(plan, True, Decimal("0.00"), credit, now), now=now)


@transaction.atomic
def give_plan(*, user_id: int, plan_code: str, reason: str, now: datetime) -> Subscription:
    """Staff give a plan away, for a reason. It does not renew itself: nobody pays for what they did not choose.

    Raises InvalidInput without a reason, UnknownPlan, UserNotFound (also for an account that was deleted).
    """
    if not reason.strip():
        raise InvalidInput(errors={"reason": [_("Giving a plan needs a reason.")]})
    if not Plan.objects.filter(code=plan_code).exists():
        raise UnknownPlan
    _check_is_there(user_id)
    subscription = set_plan(user_id=user_id, plan_code=plan_code, now=now)
    subscription.auto_renew = False
    subscription.save(update_fields=["auto_renew"])
    audit.record(Action.PLAN_GIVEN, whom_id=user_id, plan=plan_code, reason=reason.strip())
    return subscription


def _check_is_there(user_id: int) -> None:
    """Takes the wallet's lock, as whoever deletes the account does. Raises UserNotFound."""
    accounts.queries.user(user_id=user_id)
    lock_wallet(user_id=user_id)
    if accounts.queries.user(user_id=user_id).erased_at:
        raise accounts.queries.UserNotFound


def start_period(subscription: Subscription, plan: Plan, *, starts_at: datetime, paid: Decimal) -> None:
    """A new period of this plan; Free's has no end."""
    subscription.plan, subscription.next_plan = plan, None
    subscription.period_started_at = starts_at
    subscription.period_ends_at = starts_at + timedelta(days=plan.period_days) if plan.price else None
    subscription.paid, subscription.reminded = paid, False
    subscription.step += 1
    subscription.save()


def key_of(subscription: Subscription, what: str) -> str:
    """The ledger's key for what happens next: once per step."""
    return f"subscription:{subscription.pk}:{subscription.step}:{what}"


def tell_of_change(subscription: Subscription, *, now: datetime) -> None:
    record(SubscriptionChanged(user_id=subscription.user_id, plan=subscription.plan.code, changed_at=now.isoformat()))


def _start_now(subscription: Subscription, change: PlanChange, *, now: datetime) -> Subscription:
    reference = f"subscription:{subscription.pk}"
    credit_subscription(
        user_id=subscription.user_id, amount=change.credit, reference=reference, key=key_of(subscription, "credit")
    )
    charge(
        user_id=subscription.user_id,
        amount=change.charge,
        kind=EntryKind.SUBSCRIPTION,
        reference=reference,
        key=key_of(subscription, "charge"),
    )
    subscription.auto_renew = True
    start_period(subscription, change.plan, starts_at=now, paid=change.charge)
    tell_of_change(subscription, now=now)
    return subscription


def _follow_with(subscription: Subscription, plan: Plan | None, *, now: datetime) -> Subscription:
    """The plan after this period; None keeps the one there is. Choosing one that costs means going on with it."""
    if subscription.next_plan != plan:
        subscription.next_plan = plan
        subscription.auto_renew = subscription.auto_renew or bool(plan and plan.price)
        subscription.save(update_fields=["next_plan", "auto_renew"])
        tell_of_change(subscription, now=now)
    return subscription


def _own(user_id: int, *, now: datetime) -> Subscription:
    """The person's row, made on first use. Needs the wallet's lock."""
    subscription, _created = Subscription.objects.select_related("plan", "next_plan").get_or_create(
        user_id=user_id, defaults={"plan": queries.free_plan(), "period_started_at": now}
    )
    return subscription
