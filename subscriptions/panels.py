"""What staff see of a person's plan and money."""

from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

import accounts.queries
from accounts.panels import Panel, patron_panel
from library_portal.interface import dollars
from subscriptions import queries

DEBTS_SHOWN = 20


@patron_panel(_("Plan and wallet"))
def plan_and_wallet(user_id: int, now: datetime) -> Panel:
    wallet, plan = queries.wallet_of(user_id=user_id), queries.current_plan(user_id=user_id, now=now)
    subscription = queries.subscription_of(user_id=user_id)
    ends_at = subscription.period_ends_at if subscription and subscription.plan_id == plan.pk else None
    return Panel(
        columns=[_("plan"), _("until"), _("balance"), _("debts")],
        rows=[[plan.name, ends_at, dollars(wallet.balance), dollars(wallet.debt)]],
        link=f"{reverse('admin:subscriptions_ledgerentry_changelist')}?{_of(user_id)}",
    )


@patron_panel(_("Debts"))
def debts(user_id: int, now: datetime) -> Panel:
    return Panel(
        columns=[_("since"), _("for"), _("amount"), _("still open")],
        rows=[
            [debt.created_at, debt.reference, dollars(debt.amount), dollars(debt.outstanding)]
            for debt in queries.open_debts(user_id=user_id)[:DEBTS_SHOWN]
        ],
        empty=_("Nothing is owed."),
        link=f"{reverse('admin:subscriptions_debt_changelist')}?{_of(user_id)}",
    )


def _of(user_id: int) -> str:
    """The admin's lists of money are searched by username."""
    return urlencode({"q": accounts.queries.user(user_id=user_id).username})
