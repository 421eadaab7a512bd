"""Adjustments: small ones by one admin, large ones by two (rules.md, "Wallet")."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

import accounts.services
from accounts.models import Role, User
from subscriptions import services
from subscriptions.models import AdjustmentRequest, LedgerEntry
from subscriptions.queries import wallet_of
from tests.accounts.simultaneously import simultaneously
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db
ADJUSTMENTS = "/admin/subscriptions/adjustmentrequest/"


@dataclass
class Office:
    """A reader with $20 and two admins, with a limit of $50."""

    now: datetime
    reader: User
    one: User
    other: User

    def ask(self, amount: str, by: User | None = None, key: str = "", days: int = 0) -> AdjustmentRequest:
        return services.request_adjustment(
            user_id=self.reader.pk,
            amount=Decimal(amount),
            reason="Flood",
            by_id=(by or self.one).pk,
            key=key or str(uuid4()),
            now=self.now + timedelta(days=days),
        )

    def approve(self, asked: AdjustmentRequest, by: User | None = None) -> AdjustmentRequest:
        return services.approve_adjustment(request_id=asked.pk, by_id=(by or self.other).pk, now=self.now)

    def balance(self) -> Decimal:
        return wallet_of(user_id=self.reader.pk).balance


@pytest.fixture
def office(now, settings) -> Office:
    settings.ADJUSTMENT_NEEDS_SECOND = Decimal("50.00")
    return Office(now, patron(balance="20.00"), person(Role.ADMIN), person(Role.ADMIN))


@pytest.mark.parametrize(
    ("amounts", "decisions", "balance"),
    [
        (["50.00"], ["at_once"], "70.00"),
        (["50.01"], ["waiting"], "20.00"),
        (["30.00", "20.00", "0.01"], ["at_once", "at_once", "waiting"], "70.00"),
        (["30.00", "-30.00"], ["at_once", "waiting"], "50.00"),
        (["60.00", "10.00"], ["waiting", "at_once"], "30.00"),
    ],
)
def test_what_one_admin_moves_in_a_day_is_added_up(
    office: Office, amounts: list[str], decisions: list[str], balance: str
) -> None:
    assert [office.ask(amount).decision for amount in amounts] == decisions
    assert office.balance() == Decimal(balance)


def test_the_next_day_and_another_admin_count_from_nothing(office: Office) -> None:
    asked = [office.ask("50"), office.ask("50", days=1), office.ask("50", by=office.other)]
    assert [one.decision for one in asked] == ["at_once"] * 3


def test_the_day_is_the_librarys(office: Office, settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    office.now = office.now.replace(hour=3)  # late in the evening of the day before
    assert office.ask("50").decision == "at_once"
    office.now += timedelta(hours=3)  # past midnight
    assert office.ask("50").decision == "at_once"


def test_a_second_admin_moves_the_money_once(office: Office) -> None:
    asked = office.ask("80.00")
    for _ in range(2):
        office.approve(asked)
    [entry] = LedgerEntry.objects.filter(reference=f"adjustment:{asked.pk}")
    assert (entry.amount, entry.reason) == (Decimal("80.00"), f"Flood (#{office.one.pk}, #{office.other.pk})")
    assert office.balance() == Decimal("100.00")


def test_nobody_approves_their_own_wish_or_for_their_own_wallet(office: Office) -> None:
    asked = office.ask("80.00")
    with pytest.raises(services.NeedsAnotherAdmin):
        office.approve(asked, by=office.one)
    office.reader = office.other
    own = office.ask("1.00", by=office.one)
    to_oneself = office.ask("1.00", by=office.other)
    assert (own.decision, to_oneself.decision) == ("at_once", "waiting")
    with pytest.raises(services.NeedsAnotherAdmin):
        office.approve(to_oneself, by=office.other)
    assert office.balance() == Decimal("1.00")


def test_what_is_taken_from_ones_own_wallet_is_rejected_by_another(client, office: Office) -> None:
    office.ask("50"), office.ask("50", by=office.other)
    asked = office.ask("-60")
    User.objects.filter(pk=office.reader.pk).update(role=Role.ADMIN, is_superuser=True, second_step=True)
    with pytest.raises(services.NeedsAnotherAdmin):
        services.reject_adjustment(request_id=asked.pk, by_id=office.reader.pk, now=office.now)
    page_of(client, User.objects.get(pk=office.reader.pk))
    assert 'name="decision"' not in client.get(f"{ADJUSTMENTS}{asked.pk}/change/").content.decode()
    own = office.ask("1", by=office.reader)
    assert services.reject_adjustment(request_id=own.pk, by_id=office.reader.pk, now=office.now).decision == "rejected"


def test_the_database_knows_that_it_takes_two(office: Office) -> None:
    asked = office.ask("80.00")
    with pytest.raises(IntegrityError, match="adjustment_approved_by_another"), transaction.atomic():
        AdjustmentRequest.objects.filter(pk=asked.pk).update(
            decision="approved", decided_by=office.one, decided_at=office.now
        )


def test_what_was_decided_stays_so(office: Office) -> None:
    asked = office.ask("80.00")
    services.reject_adjustment(request_id=asked.pk, by_id=office.one.pk, now=office.now)
    with pytest.raises(services.AlreadyDecided):
        office.approve(asked)
    assert office.balance() == Decimal("20.00")


def test_below_zero_is_refused_when_asked_and_when_approved(office: Office) -> None:
    for amount in ("-20.01", "-100"):
        with pytest.raises(services.InsufficientFunds):
            office.ask(amount)
    office.ask("45"), office.ask("40", by=office.other)
    asked = office.ask("-100")
    services.charge(user_id=office.reader.pk, amount=Decimal(10), kind="reservation", reference="r", key="k")
    with pytest.raises(services.InsufficientFunds):
        office.approve(asked)
    asked.refresh_from_db()
    assert (asked.decision, office.balance()) == ("waiting", Decimal("95.00"))


def test_a_form_counts_once_and_not_for_other_values(office: Office) -> None:
    first, again = office.ask("10", key="k"), office.ask("10", key="k")
    assert (first.pk, office.balance()) == (again.pk, Decimal("30.00"))
    with pytest.raises(services.SentBefore):
        office.ask("11", key="k")


def test_the_wallet_of_a_deleted_account_is_closed(office: Office) -> None:
    asked = office.ask("80.00")
    accounts.services.delete_account(user_id=office.reader.pk, forfeit=True, now=office.now)
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by_id) == ("rejected", None)
    with pytest.raises(services.WalletClosed):
        office.ask("1.00")


@pytest.mark.django_db(transaction=True)
def test_two_admins_at_once_approve_once_and_one_does_not_slip_through_twice(office: Office) -> None:
    asked = office.ask("80.00")
    admins = [person(Role.ADMIN) for _ in range(4)]

    def approve(number: int) -> str:
        try:
            return office.approve(asked, by=admins[number]).decision
        except services.AlreadyDecided:
            return "too late"

    assert sorted(simultaneously(4, approve)) == ["approved"] + ["too late"] * 3
    assert office.balance() == Decimal("100.00")
    decisions = simultaneously(4, lambda _number: office.ask("25", by=admins[0]).decision)
    assert sorted(decisions) == ["at_once", "at_once", "waiting", "waiting"]


@pytest.mark.parametrize(("role", "is_offered", "status"), [(Role.ADMIN, True, 200), (Role.LIBRARIAN, False, 403)])
def test_only_admins_are_offered_adjustments(client, role: Role, is_offered: bool, status: int) -> None:
    wallet = patron(balance="5.00").wallet
    client.force_login(person(role))
    adjust = f"/admin/subscriptions/wallet/{wallet.pk}/adjust/"
    listed = client.get("/admin/subscriptions/wallet/").content.decode()
    assert (adjust in listed, client.get(adjust).status_code) == (is_offered, status)


def page_of(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def messages(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_two_admins_by_the_admins_pages(client, office: Office) -> None:
    form = {"amount": "80.00", "reason": "Flood", "key": uuid4()}
    answer = page_of(client, office.one).post(
        f"/admin/subscriptions/wallet/{office.reader.wallet.pk}/adjust/", form, follow=True
    )
    asked = AdjustmentRequest.objects.get()
    assert answer.redirect_chain == [(f"{ADJUSTMENTS}{asked.pk}/change/", 302)]
    assert ('value="approve"' in answer.content.decode(), 'value="reject"' in answer.content.decode()) == (False, True)
    decide = f"{ADJUSTMENTS}{asked.pk}/decide/"
    refused = client.post(decide, {"decision": "approve"}, follow=True)
    assert messages(refused) == [str(services.NeedsAnotherAdmin.title)]
    page_of(client, office.other)
    assert 'value="approve"' in client.get(f"{ADJUSTMENTS}{asked.pk}/change/").content.decode()
    assert messages(client.post(decide, {"decision": "approve"}, follow=True)) == ["Approved: the wallet was adjusted."]
    assert client.post(decide, {"decision": "x"}).status_code == 400
    assert office.balance() == Decimal("100.00")


def test_the_front_page_says_what_waits_for_a_second_admin(client, office: Office) -> None:
    says = "adjustment waits for a second admin"
    assert says not in page_of(client, office.other).get("/admin/").content.decode()
    office.ask("80.00")
    assert f"1 {says}" in client.get("/admin/").content.decode()
    listed = client.get(f"{ADJUSTMENTS}?decision__exact=waiting").context["cl"].result_list
    assert [one.amount for one in listed] == [Decimal("80.00")]
    assert says not in page_of(client, person(Role.LIBRARIAN)).get("/admin/").content.decode()
