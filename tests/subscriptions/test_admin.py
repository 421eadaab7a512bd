"""Money and plans in the admin (rules.md, "Plans" and "Wallet")."""

from uuid import uuid4

import pytest

from accounts.models import Role
from subscriptions.models import LedgerEntry, Plan, Wallet
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("length", [5, 140, 300])
def test_any_reason_is_kept_or_refused_in_the_form(client, length: int) -> None:
    client.force_login(person(Role.ADMIN, username="a" * 150))
    wallet = Wallet.objects.get(user=patron(balance="5.00"))
    form = {"amount": "1.00", "reason": "x" * length, "key": uuid4()}
    answer = client.post(f"/admin/subscriptions/wallet/{wallet.pk}/adjust/", form)
    kept = list(LedgerEntry.objects.filter(amount=1).values_list("reason", flat=True))
    assert (answer.status_code, kept) == ((302, [f"{'x' * length} ({'a' * 150})"]) if length <= 140 else (200, []))


def test_a_plan_changes_in_all_but_its_code(client) -> None:
    client.force_login(person(Role.ADMIN))
    plan = Plan.objects.get(code="FREE")
    form = {field.name: getattr(plan, field.name) for field in Plan._meta.fields} | {"code": "GRATIS", "max_days": 5}
    answer = client.post(f"/admin/subscriptions/plan/{plan.pk}/change/", form)
    plan.refresh_from_db()
    assert (answer.status_code, plan.code, plan.max_days) == (302, "FREE", 5)
