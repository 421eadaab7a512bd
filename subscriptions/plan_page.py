"""The page of one's plan: what each would cost now, and how much of the limits is used."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from subscriptions import queries, services
from subscriptions.forms import PlanForm
from subscriptions.models import Plan, Subscription


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_plan(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _change(request)
    return render(request, "subscriptions/plan.html", _shown(request.user.pk))


def _shown(user_id: int) -> dict[str, Any]:
    now = timezone.now()
    subscription = queries.subscription_of(user_id=user_id)
    return {
        "current": queries.current_plan(user_id=user_id, now=now),
        "subscription": subscription,
        "follows": _follows(subscription),
        "wallet": queries.wallet_of(user_id=user_id),
        "choices": [queries.plan_change(user_id=user_id, plan=plan, now=now) for plan in queries.plans()],
    }


def _follows(subscription: Subscription | None) -> Plan | None:
    """What is to be paid for at the end of the period, if anything: without renewal nothing is."""
    if subscription is None or not subscription.auto_renew:
        return None
    return subscription.next_plan or subscription.plan


def _change(request: HttpRequest) -> HttpResponse:
    form = PlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of the plans."))
        return redirect("my-plan")
    try:
        services.change_subscription(
            user_id=request.user.pk,
            plan_code=form.cleaned_data["plan"] or None,
            auto_renew=form.cleaned_data["auto_renew"],
            now=timezone.now(),
        )
    except (services.InsufficientFunds, services.SubscriptionError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _said(request.user.pk))
    return redirect("my-plan")


def _said(user_id: int) -> str:
    subscription = queries.subscription_of(user_id=user_id)
    if subscription is None or subscription.period_ends_at is None:
        return _("You are on the Free plan.")
    follows = _follows(subscription)
    if follows is None:
        until = date_format(timezone.localtime(subscription.period_ends_at), "j F Y")
        return _("%(plan)s stays yours until %(until)s and ends then.") % {
            "plan": subscription.plan.name,
            "until": until,
        }
    if follows != subscription.plan:
        return _("%(plan)s follows when this period is over.") % {"plan": follows.name}
    return _("You are on the plan %(plan)s.") % {"plan": subscription.plan.name}
