"""Payments in the admin: found by status, provider and day, shown with all that belongs to them, given back once."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Role
from subscriptions import services
from subscriptions.models import LedgerEntry, Payment, PaymentRefund, ProviderEvent
from subscriptions.queries import wallet_of
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db
PAYMENTS = "/admin/subscriptions/payment/"


@pytest.fixture
def chief(client) -> Client:
    client.force_login(person(Role.ADMIN))
    return client


@pytest.fixture
def paid(now) -> Payment:
    """$20, confirmed, in an otherwise empty wallet."""
    payment = Payment.objects.create(
        wallet=services.lock_wallet(user_id=patron(balance="0").pk), amount=20, provider="test"
    )
    return services.confirm_payment(payment_id=payment.pk, now=now)


def give_back(chief: Client, payment: Payment, amount: str, key: object = None, **other: str):
    form = {"amount": amount, "reason": "Not wanted", "sure": "on", "key": key or uuid4()} | other
    return chief.post(f"{PAYMENTS}{payment.pk}/refund/", form, follow=True)


def said(answer) -> list[str]:
    form = answer.context.get("form")
    errors = [text for texts in form.errors.values() for text in texts] if form else []
    return errors + [str(message) for message in answer.context["messages"]]


def test_a_form_sent_twice_gives_back_once(chief: Client, paid: Payment) -> None:
    key = uuid4()
    for _ in range(2):
        assert said(give_back(chief, paid, "15.00", key)) == ["$15.00 were given back."]
    entries = LedgerEntry.objects.filter(reference=f"payment:{paid.pk}").order_by("pk")
    assert list(entries.values_list("kind", "amount")) == [("top_up", Decimal(20)), ("top_up_refund", Decimal(-15))]
    assert wallet_of(user_id=paid.wallet.user_id).balance == Decimal("5.00")


@pytest.mark.parametrize("amount", ["0", "20.01", "-1", "0.001", "NaN"])
def test_amounts_that_were_not_paid_are_refused(chief: Client, paid: Payment, amount: str) -> None:
    answer = give_back(chief, paid, amount)
    assert list(answer.context["form"].errors) == ["amount"]
    assert not PaymentRefund.objects.exists()


def test_nothing_goes_back_unless_the_admin_is_sure_and_says_why(chief: Client, paid: Payment) -> None:
    answer = give_back(chief, paid, "1.00", sure="", reason=" ")
    assert sorted(answer.context["form"].errors) == ["reason", "sure"]
    assert not PaymentRefund.objects.exists()


def test_what_the_reader_has_spent_is_not_given_back(chief: Client, paid: Payment) -> None:
    reader = paid.wallet.user_id
    services.charge(user_id=reader, amount=Decimal(12), kind="reservation", reference="r", key="k")
    refusal = "This costs $20.00 and the wallet holds $8.00: $12.00 is missing."
    assert said(give_back(chief, paid, "20")) == [refusal]
    assert wallet_of(user_id=reader).balance == Decimal("8.00")


def test_a_payment_that_was_never_paid_has_nothing_to_give_back(chief: Client, paid: Payment) -> None:
    Payment.objects.filter(pk=paid.pk).update(status="pending", confirmed_at=None)
    assert said(give_back(chief, paid, "1.00")) == ["This payment can't be given back."]
    assert "/refund/" not in chief.get(f"{PAYMENTS}{paid.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("problem", "goes_back", "advice"),
    [("owner_gone", True, "please give it back."), ("mismatch", False, "by an adjustment that names this payment.")],
)
def test_what_to_do_with_a_payment_that_is_held(
    chief: Client, paid: Payment, problem: str, goes_back: bool, advice: str
) -> None:
    Payment.objects.filter(pk=paid.pk).update(status="held", problem=problem, confirmed_at=None)
    page = chief.get(f"{PAYMENTS}{paid.pk}/change/").content.decode()
    assert ("/refund/" in page, advice in page) == (goes_back, True)
    answer = give_back(chief, paid, "20.00")
    assert said(answer) == ["$20.00 were given back." if goes_back else "This payment can't be given back."]
    assert ("money-advice" in chief.get(f"{PAYMENTS}{paid.pk}/change/").content.decode()) is not goes_back


def test_what_the_wallet_holds_is_proposed(chief: Client, paid: Payment) -> None:
    services.charge(user_id=paid.wallet.user_id, amount=Decimal(12), kind="reservation", reference="r", key="k")
    assert chief.get(f"{PAYMENTS}{paid.pk}/refund/").context["form"]["amount"].value() == Decimal("8.00")


def test_a_payments_page_shows_its_money_refunds_and_messages(chief: Client, paid: Payment, now) -> None:
    ProviderEvent.objects.create(
        provider="test", event_id="evt_77", kind="paid", payment=paid, outcome="credited", received_at=now
    )
    give_back(chief, paid, "15.00")
    panels = dict(chief.get(f"{PAYMENTS}{paid.pk}/change/").context["panels"])
    assert {str(title): [row[1] for row in panel.rows] for title, panel in panels.items()} == {
        "In the ledger": ["Top-up given back", "Top-up"],
        "Given back": ["$15.00"],
        "What the provider said": ["paid"],
    }


def test_payments_by_status_provider_and_day(chief: Client, paid: Payment, now) -> None:
    waiting = Payment.objects.create(wallet=paid.wallet, amount=1, provider="stripe")
    Payment.objects.filter(pk=waiting.pk).update(created_at=now - timedelta(days=3))
    day = (now - timedelta(days=3)).date()

    def listed(query: str) -> list[int]:
        return [one.pk for one in chief.get(PAYMENTS + query).context["cl"].result_list]

    queries = ("?status__exact=pending", "?provider=stripe", f"?day={day}", f"?day={now.date()}", "")
    assert [listed(query) for query in queries] == [[waiting.pk]] * 3 + [[paid.pk], [waiting.pk, paid.pk]]
    Payment.objects.filter(pk=paid.pk).update(provider_reference="cs_7", charge_reference="pi_7")
    Payment.objects.filter(pk=waiting.pk).update(wallet=services.lock_wallet(user_id=patron(username="ada").pk))
    queries = ("?q=cs_7", "?q=pi_7", "?q=ADA", "?q=cs_", "?q=%2B1")
    assert [listed(query) for query in queries] == [[paid.pk], [paid.pk], [waiting.pk], [], []]
    assert [chief.get(f"{PAYMENTS}?day={day}").status_code for day in ("x", "0001-01-01", "9999-12-31")] == [302] * 3


def test_librarians_look_and_give_nothing_back(client, paid: Payment) -> None:
    client.force_login(person(Role.LIBRARIAN))
    assert "/refund/" not in client.get(f"{PAYMENTS}{paid.pk}/change/").content.decode()
    assert give_back(client, paid, "1.00").status_code == 403
    assert not PaymentRefund.objects.exists()
