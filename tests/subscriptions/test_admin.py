"""Adjusting a wallet in the admin (rules.md, "Wallet": an adjustment has a reason)."""

from uuid import uuid4

import pytest

from accounts.models import Role
from subscriptions.models import LedgerEntry, Wallet
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
