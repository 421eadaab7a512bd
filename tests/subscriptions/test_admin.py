"""Money and plans in the admin (rules.md, "Plans" and "Wallet")."""

from uuid import uuid4

import pytest

from accounts.models import Role
from subscriptions.models import LedgerEntry, Plan, Wallet
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("length", [5, 140, 300])
def test_any_reason_is_kept_or_refused_in_the_form(client, length: int) -> None:
    admin = person(Role.ADMIN)
    client.force_login(admin)
    wallet = Wallet.objects.get(user=patron(balance="5.00"))
    form = {"amount": "1.00", "reason": "x" * length, "key": uuid4()}
    answer = client.post(f"/admin/subscriptions/wallet/{wallet.pk}/adjust/", form)
    kept = list(LedgerEntry.objects.filter(amount=1).values_list("reason", flat=True))
    assert (answer.status_code, kept) == ((302, [f"{'x' * length} (#{admin.pk})"]) if length <= 140 else (200, []))


def change_free(client, **changes: object) -> tuple[int, Plan]:
    client.force_login(person(Role.ADMIN))
    plan = Plan.objects.get(code="FREE")
    form = {field.name: getattr(plan, field.name) for field in Plan._meta.fields} | changes
    answer = client.post(f"/admin/subscriptions/plan/{plan.pk}/change/", form)
    return answer.status_code, Plan.objects.get(pk=plan.pk)


def test_a_plan_changes_in_all_but_its_code(client) -> None:
    status, plan = change_free(client, code="GRATIS", max_days=5)
    assert (status, plan.code, plan.max_days) == (302, "FREE", 5)


@pytest.mark.parametrize("days", ["period_days", "max_days"])
def test_a_plan_of_no_days_is_refused_in_the_form(client, days: str) -> None:
    status, plan = change_free(client, **{days: 0})
    assert (status, plan.period_days, plan.max_days) == (200, 30, 7)
