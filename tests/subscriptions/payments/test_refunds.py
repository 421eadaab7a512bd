"""A top-up goes back: at most what is left of it and of the balance, once, whatever the provider does."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import accounts.services
from accounts.models import Role
from library_portal.auditing import Moment, report_on
from library_portal.errors import InvalidInput
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver_pending
from library_portal.personal_data import MayNotLeave
from subscriptions import services, tasks
from subscriptions.auditing import CHECKS
from subscriptions.models import LedgerEntry, Payment, PaymentRefund, ProviderEvent
from subscriptions.queries import wallet_of
from tests.factories.people import patron, person
from tests.subscriptions.payments.local_stripe import signed

pytestmark = pytest.mark.django_db
KEY = "a form's key"


@pytest.fixture
def reader():
    return patron(balance="0")


@pytest.fixture
def payment(reader, stripe, now) -> Payment:
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal("20.00"), provider="stripe")
    stripe.pay(payment.provider_reference)
    services.sweep_payment(payment_id=payment.pk, now=now)
    return payment


@pytest.fixture
def chief():
    return person(Role.ADMIN)


@pytest.fixture
def give_back(payment, chief, now):
    def give_back(amount: str, key: str = KEY, reason: str = "asked for it") -> PaymentRefund:
        return services.refund_payment(
            payment_id=payment.pk, amount=Decimal(amount), reason=reason, by=chief.pk, key=key, now=now
        )

    return give_back


def state(payment: Payment) -> tuple[Decimal, Decimal]:
    """What the wallet holds, and what has gone back of the payment."""
    payment.refresh_from_db()
    return wallet_of(user_id=payment.wallet.user_id).balance, payment.refunded


def entries() -> list[tuple[str, Decimal]]:
    return list(LedgerEntry.objects.order_by("pk").values_list("kind", "amount"))


def tell(api, body: bytes) -> int:
    path = "/api/v1/payments/webhook/stripe/"
    return api.post(path, body, content_type="application/json", headers=signed(body)).status_code


def test_parts_go_back_until_nothing_is_left(payment, give_back, stripe) -> None:
    assert [give_back(part, key=part).status for part in ("5.50", "14.50")] == ["done", "done"]
    assert state(payment) == (0, Decimal("20.00"))
    assert [one["amount"] for one in stripe.refunds.values()] == [550, 1450]
    assert entries()[1:] == [("top_up_refund", Decimal("-5.50")), ("top_up_refund", Decimal("-14.50"))]
    with pytest.raises(services.NotRefundable):
        give_back("0.01", key="more")


def test_a_form_sent_twice_gives_back_once(payment, give_back, stripe) -> None:
    assert give_back("5.00").pk == give_back("5.00").pk
    assert (state(payment), len(stripe.refunds)) == ((Decimal("15.00"), Decimal("5.00")), 1)


def test_a_form_sent_again_with_another_amount_is_told_so(payment, give_back, stripe) -> None:
    give_back("5.00")
    with pytest.raises(services.AskedBefore):
        give_back("6.00")
    assert (state(payment), len(stripe.refunds)) == ((Decimal("15.00"), Decimal("5.00")), 1)


def test_nothing_goes_back_by_a_provider_that_is_off(payment, give_back, settings) -> None:
    settings.PAYMENT_PROVIDERS = ["paypal"]
    with pytest.raises(services.NotRefundable):
        give_back("5.00")
    assert state(payment) == (Decimal("20.00"), 0)


@pytest.mark.parametrize(("amount", "reason"), [("20.01", "r"), ("0", "r"), ("-1", "r"), ("1.005", "r"), ("1", "  ")])
def test_what_is_not_left_and_what_has_no_reason_is_refused(payment, give_back, amount, reason) -> None:
    with pytest.raises(InvalidInput):
        give_back(amount, reason=reason)
    assert state(payment) == (Decimal("20.00"), 0)


def test_what_was_spent_does_not_go_back(payment, give_back, stripe) -> None:
    services.charge(
        user_id=payment.wallet.user_id, amount=Decimal(15), kind="reservation", reference="reservation:1", key="k"
    )
    with pytest.raises(services.InsufficientFunds):
        give_back("5.01")
    assert (state(payment), PaymentRefund.objects.count(), stripe.refunds) == ((Decimal("5.00"), 0), 0, {})


def test_a_refund_that_is_refused_for_good_is_in_the_wallet_again(payment, give_back, stripe) -> None:
    stripe.sessions[payment.provider_reference]["amount_total"] = 100  # the rest went back by Stripe's own pages
    assert give_back("5.00").status == "failed"
    assert state(payment) == (Decimal("20.00"), 0)
    assert entries()[1:] == [("top_up_refund", Decimal("-5.00")), ("top_up_refund", Decimal("5.00"))]


@pytest.mark.parametrize("trouble", ["away", "loses_answers"])
def test_a_refund_without_an_answer_is_asked_for_again_and_made_once(payment, give_back, stripe, trouble) -> None:
    setattr(stripe, trouble, True)
    assert give_back("5.00").status == "pending"
    assert state(payment) == (Decimal("15.00"), Decimal("5.00"))
    setattr(stripe, trouble, False)
    stripe.kept.clear()  # Stripe forgets keys after a day
    assert [tasks.sweep_payments() for _ in range(2)] == [1, 0]
    assert (state(payment), len(stripe.refunds)) == ((Decimal("15.00"), Decimal("5.00")), 1)
    assert PaymentRefund.objects.get().status == "done"


def test_a_refund_that_fails_at_the_bank_days_later_is_in_the_wallet_again_once(
    api, payment, give_back, stripe
) -> None:
    stripe.refund_status = "pending"
    assert give_back("5.00").status == "pending"
    [made] = stripe.refunds.values()
    for status in ("succeeded", "failed", "failed", "succeeded"):
        assert tell(api, stripe.event("refund.updated", made, status=status)) == 200
    assert state(payment) == (Decimal("20.00"), 0)
    assert PaymentRefund.objects.get().status == "failed"
    assert entries()[1:] == [("top_up_refund", Decimal("-5.00")), ("top_up_refund", Decimal("5.00"))]


def test_another_sites_refund_of_the_same_numbers_settles_none_of_ours(api, payment, give_back, stripe) -> None:
    """Their test site has the same keys and counts its payments and refunds as we do."""
    stripe.refund_status = "pending"
    give_back("5.00")
    [made] = stripe.refunds.values()
    theirs = {**made, "id": "re_of_theirs", "payment_intent": "pi_of_theirs"}
    for status in ("failed", "succeeded"):
        assert tell(api, stripe.event("refund.updated", theirs, status=status)) == 200
    assert (state(payment), PaymentRefund.objects.get().status) == ((Decimal("15.00"), Decimal("5.00")), "pending")
    assert list(ProviderEvent.objects.values_list("outcome", "payment")) == [("unknown", None)] * 2


def test_what_is_given_back_at_stripes_own_pages_is_for_the_admins_to_see(api, payment, stripe, caplog) -> None:
    made = {"id": "re_by_hand", "amount": 2000, "currency": "usd", "status": "succeeded", "metadata": {}}
    assert tell(api, stripe.event("refund.created", made, payment_intent=payment_charge(payment))) == 200
    assert [event.outcome for event in payment.events.all()] == ["unasked"]
    assert state(payment) == (Decimal("20.00"), 0)
    assert "its wallet was not charged" in caplog.text


def payment_charge(payment: Payment) -> str:
    return Payment.objects.values_list("charge_reference", flat=True).get(pk=payment.pk)


def test_a_payment_nobody_made_does_not_go_back(reader, stripe, chief, now) -> None:
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal("20.00"), provider="stripe")
    with pytest.raises(services.NotRefundable):
        services.refund_payment(payment_id=payment.pk, amount=Decimal(1), reason="r", by=chief.pk, key="k", now=now)


def test_late_money_of_a_closed_account_is_in_no_wallet_and_goes_back(api, reader, stripe, chief, now) -> None:
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal("20.00"), provider="stripe")
    reader.is_active = False
    reader.save()
    body = stripe.event("checkout.session.completed", stripe.pay(payment.provider_reference))
    assert tell(api, body) == 200
    payment.refresh_from_db()
    assert (payment.status, payment.problem, state(payment)) == ("held", "owner_gone", (0, 0))
    refund = services.refund_payment(
        payment_id=payment.pk, amount=Decimal("20.00"), reason="closed", by=chief.pk, key="k", now=now
    )
    assert (refund.status, state(payment), entries()) == ("done", (0, Decimal("20.00")), [])


def test_a_refund_that_comes_back_to_a_closed_account_is_in_no_wallet_and_shown(
    api, payment, give_back, stripe, client, chief, caplog
) -> None:
    assert give_back("20.00").status == "done"
    payment.wallet.user.is_active = False
    payment.wallet.user.save()
    [made] = stripe.refunds.values()
    told = stripe.event("refund.failed", made, status="failed")
    assert [tell(api, told), tell(api, stripe.event("refund.updated", made, status="failed"))] == [200, 200]
    assert (state(payment), PaymentRefund.objects.get().status) == ((0, Decimal("20.00")), "held")
    assert [event.outcome for event in payment.events.order_by("pk")][-2:] == ["held", "nothing"]
    assert report_on(CHECKS, Moment(datetime.now(UTC))).wrong == {}
    assert "nobody has the wallet it came from" in caplog.text
    client.force_login(chief)
    listed = client.get("/admin/subscriptions/payment/?look_after=refund_held").context["cl"].result_list
    assert [one.pk for one in listed] == [payment.pk]


@pytest.mark.parametrize(("days", "listed"), [(2, 0), (4, 1)])
def test_a_refund_of_which_nothing_is_heard_for_days_is_shown(payment, give_back, stripe, client, chief, days, listed):
    stripe.refund_status = "pending"
    give_back("20.00")
    PaymentRefund.objects.update(created_at=datetime.now(UTC) - timedelta(days=days))
    client.force_login(chief)
    shown = client.get("/admin/subscriptions/payment/?look_after=refund_slow").context["cl"].result_list
    assert len(shown) == listed


def test_an_account_is_not_closed_while_a_refund_is_on_its_way(api, payment, give_back, stripe, now) -> None:
    stripe.refund_status = "pending"
    give_back("20.00")
    reader = payment.wallet.user_id
    with pytest.raises(MayNotLeave, match="A refund is still on its way"):
        accounts.services.delete_account(user_id=reader, now=now)
    [made] = stripe.refunds.values()
    tell(api, stripe.event("refund.updated", made, status="succeeded"))
    accounts.services.delete_account(user_id=reader, now=now)


@pytest.mark.parametrize(("status", "title", "words"), [
    ("succeeded", "$5.00 goes back to you", "That takes some days with most banks."),
    ("failed", "$5.00 could not be given back", "The money is in your wallet again."),
])  # fmt: skip
def test_the_patron_is_told_once_what_became_of_a_refund(api, payment, give_back, stripe, status, title, words) -> None:
    stripe.refund_status = "pending"
    give_back("5.00")
    [made] = stripe.refunds.values()
    for _ in range(2):
        tell(api, stripe.event("refund.updated", made, status=status))
    deliver_pending()
    [told] = Notification.objects.filter(user_id=payment.wallet.user_id, title__contains="back")
    assert (told.title, told.body.endswith(words)) == (title, True)
    assert told.url == f"/me/wallet/payments/{payment.pk}/"
