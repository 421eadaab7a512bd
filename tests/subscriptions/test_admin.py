"""Plans in the admin: what they cost and give, who is on which, and plans given away (rules.md, "Plans")."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

import accounts.services
from accounts.models import Role
from library_portal.audit.models import Action, AuditEntry
from subscriptions import services
from subscriptions.admin.plans import PERCENTS
from subscriptions.models import LedgerEntry, Plan, Subscription, Wallet
from subscriptions.queries import current_plan
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db
SUBSCRIPTIONS = "/admin/subscriptions/subscription/"


@pytest.mark.parametrize("length", [5, 140, 300])
def test_any_reason_is_kept_or_refused_in_the_form(client, length: int) -> None:
    admin = person(Role.ADMIN)
    client.force_login(admin)
    wallet = Wallet.objects.get(user=patron(balance="5.00"))
    form = {"amount": "1.00", "reason": "x" * length, "key": uuid4()}
    answer = client.post(f"/admin/subscriptions/wallet/{wallet.pk}/adjust/", form)
    kept = list(LedgerEntry.objects.filter(amount=1).values_list("reason", flat=True))
    assert (answer.status_code, kept) == ((302, [f"{'x' * length} (#{admin.pk})"]) if length <= 140 else (200, []))


def change(client, code: str, /, **changes: object) -> tuple[list[str], Plan]:
    """The fields that were refused, and the plan afterwards."""
    client.force_login(person(Role.ADMIN))
    plan = Plan.objects.get(code=code)
    values = {field.name: getattr(plan, field.name) for field in Plan._meta.fields} | changes
    form = {name: "" if value is None else value for name, value in values.items()}
    answer = client.post(f"/admin/subscriptions/plan/{plan.pk}/change/", form)
    errors = [] if answer.status_code == 302 else list(answer.context["adminform"].form.errors)
    return errors, Plan.objects.get(pk=plan.pk)


def test_a_plan_changes_in_all_but_its_code(client) -> None:
    errors, plan = change(client, "FREE", code="GRATIS", max_days=5)
    assert (errors, plan.code, plan.max_days) == ([], "FREE", 5)


@pytest.mark.parametrize(
    ("code", "field", "value"),
    [
        *(("PLUS", name, 0) for name in ("period_days", "max_days", "max_copies", "holds_per_week")),
        *(("PLUS", name, 367) for name in ("period_days", "max_days")),
        *(("PLUS", name, 101) for name in PERCENTS),
        ("PLUS", "price", "-0.01"),
        ("PLUS", "price", "1.001"),
        ("FREE", "price", "1.00"),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_their_field(client, code: str, field: str, value: object) -> None:
    before = Plan.objects.get(code=code)
    errors, after = change(client, code, **{field: value})
    assert (errors, getattr(after, field)) == ([field], getattr(before, field))


def test_a_price_is_told_and_paid_from_the_next_period(client, now) -> None:
    reader = patron(balance="20.00")
    services.change_plan(user_id=reader.pk, plan_code="PLUS", now=now)
    assert change(client, "PLUS", price="7.50", max_copies=6)[0] == []
    assert current_plan(user_id=reader.pk, now=now).max_copies == 6
    services.end_period(user_id=reader.pk, now=now + timedelta(days=30))
    paid = LedgerEntry.objects.filter(kind="subscription").order_by("pk").values_list("amount", flat=True)
    assert list(paid) == [Decimal("-5.00"), Decimal("-7.50")]
    [told] = AuditEntry.objects.filter(action=Action.PLAN_TERMS_CHANGED)
    assert told.details == {
        "plan": "PLUS",
        "before": {"price": "5.00", "max_copies": "5"},
        "after": {"price": "7.50", "max_copies": "6"},
    }


def test_a_page_that_was_opened_before_does_not_bring_an_old_price_back(client) -> None:
    plan = Plan.objects.get(code="PLUS")
    client.force_login(person(Role.ADMIN))
    shown = client.get(f"/admin/subscriptions/plan/{plan.pk}/change/").context["adminform"].form
    Plan.objects.filter(pk=plan.pk).update(price="6.00")
    values = {name: "" if shown[name].value() is None else shown[name].value() for name in shown.fields}
    before = {f"initial-{name}": value for name, value in values.items()}
    client.post(f"/admin/subscriptions/plan/{plan.pk}/change/", {**before, **values, "max_copies": 6})
    plan.refresh_from_db()
    assert (plan.price, plan.max_copies) == (Decimal("6.00"), 6)


def test_what_is_saved_unchanged_is_not_told(client) -> None:
    assert change(client, "PLUS")[0] == []
    assert not AuditEntry.objects.filter(action=Action.PLAN_TERMS_CHANGED).exists()


def test_a_new_plan(client) -> None:
    client.force_login(person(Role.ADMIN))
    numbers = {"price": "9.00", "period_days": 30, "max_copies": 7, "max_days": 10, "priority": 1}
    percents = dict.fromkeys(PERCENTS, 0)
    client.post("/admin/subscriptions/plan/add/", {"code": "FAMILY", "name": "Family", **numbers, **percents})
    plan = Plan.objects.get(code="FAMILY")
    assert (plan.name, plan.price, plan.holds_per_week) == ("Family", Decimal("9.00"), None)


def test_how_many_are_on_each_plan(client, now) -> None:
    patron(plan="PLUS"), patron(plan="PLUS"), patron(plan="PREMIUM"), patron()
    Subscription.objects.filter(user=patron(plan="PREMIUM")).update(
        period_started_at=now - timedelta(days=31), period_ends_at=now - timedelta(days=1)
    )
    client.force_login(person(Role.ADMIN))
    listed = client.get("/admin/subscriptions/plan/").context["cl"].result_list
    assert {plan.code: plan.patrons for plan in listed if plan.price} == {"PLUS": 2, "PREMIUM": 1}


def give(client, reader, code: str, reason: str):
    plan = Plan.objects.get(code=code)
    return client.post(f"{SUBSCRIPTIONS}add/", {"user": reader.pk, "plan": plan.pk, "reason": reason})


def test_a_plan_is_given_for_a_reason_and_never_charged(client, now) -> None:
    admin, reader = person(Role.ADMIN), patron(balance="50.00")
    client.force_login(admin)
    assert list(give(client, reader, "PREMIUM", " ").context["adminform"].form.errors) == ["reason"]
    assert give(client, reader, "PREMIUM", "Prize").status_code == 302
    given = Subscription.objects.get(user=reader)
    assert (given.plan.code, given.paid, given.auto_renew) == ("PREMIUM", Decimal("0.00"), False)
    services.end_period(user_id=reader.pk, now=now + timedelta(days=31))
    assert (current_plan(user_id=reader.pk, now=now).code, reader.wallet.entries.count()) == ("FREE", 1)
    [told] = AuditEntry.objects.filter(action=Action.PLAN_GIVEN)
    assert (told.who, told.whom, told.details) == (admin, reader, {"plan": "PREMIUM", "reason": "Prize"})
    assert "Prize" in client.get(f"{SUBSCRIPTIONS}{given.pk}/change/").content.decode()


def test_what_goes_back_is_said_before_a_paid_plan_is_replaced(client, now) -> None:
    reader = patron(balance="15.00")
    paid = services.change_plan(user_id=reader.pk, plan_code="PREMIUM", now=now)
    services.give_plan(user_id=(prized := patron()).pk, plan_code="PREMIUM", reason="Prize", now=now)
    client.force_login(person(Role.ADMIN))
    words = "will be put back into the wallet"
    pages = [client.get(f"{SUBSCRIPTIONS}{pk}/change/").content.decode() for pk in (paid.pk, prized.subscription.pk)]
    assert [words in page for page in pages] == [True, False]
    assert f"$14.99 for the unused part of the current period {words}." in pages[0]


def test_a_deleted_account_is_refused_at_its_field(client, now) -> None:
    reader = patron(balance="0")
    accounts.services.delete_account(user_id=reader.pk, now=now)
    client.force_login(person(Role.ADMIN))
    assert list(give(client, reader, "PLUS", "Prize").context["adminform"].form.errors) == ["user"]


def test_subscriptions_by_plan_renewing_and_ending(client, now) -> None:
    ends = {"soon": now + timedelta(days=2), "later": now + timedelta(days=20), "over": now - timedelta(days=1)}
    for name, ends_at in ends.items():
        reader = patron(plan="PLUS", username=name)
        Subscription.objects.filter(user=reader).update(
            period_started_at=ends_at - timedelta(days=30), period_ends_at=ends_at, auto_renew=name == "soon"
        )
    client.force_login(person(Role.LIBRARIAN))

    def listed(query: str) -> set[str]:
        return {one.user.username for one in client.get(SUBSCRIPTIONS + query).context["cl"].result_list}

    queries = ("?ending=soon", "?ending=month", "?ending=over", "?auto_renew__exact=1", "?plan__id__exact=1")
    assert [listed(query) for query in queries] == [{"soon"}, {"soon", "later"}, {"over"}, {"soon"}, set()]
    assert [listed(f"?q={words}") for words in ("SOON", "soon@library.example", "soo")] == [{"soon"}, {"soon"}, set()]


def test_renewals_that_the_wallet_does_not_cover(client, now) -> None:
    """By the price of the plan that follows; who lets the plan end owes nothing."""
    plans = {plan.code: plan for plan in Plan.objects.all()}
    cases = {
        "poor": ("4.99", None, True), "covered": ("5.00", None, True), "ending": ("0", None, False),
        "rising": ("14.99", "PREMIUM", True), "leaving": ("0", "FREE", True), "without-wallet": ("", None, True),
    }  # fmt: skip
    for name, (balance, following, renews) in cases.items():
        reader = patron(plan="PLUS", balance=balance or "0", username=name)
        Subscription.objects.filter(user=reader).update(
            period_ends_at=now + timedelta(days=1),
            period_started_at=now,
            next_plan=plans.get(following),
            auto_renew=renews,
        )
    Wallet.objects.filter(user__username="without-wallet").delete()
    client.force_login(person(Role.LIBRARIAN))
    listed = client.get(f"{SUBSCRIPTIONS}?ending=short").context["cl"].result_list
    assert {one.user.username for one in listed} == {"poor", "rising", "without-wallet"}


def test_librarians_look_and_give_nothing(client) -> None:
    reader = patron(plan="PLUS")
    client.force_login(person(Role.LIBRARIAN))
    page = client.get(f"{SUBSCRIPTIONS}{reader.subscription.pk}/change/").content.decode()
    assert 'name="reason"' not in page
    assert client.get(f"/admin/subscriptions/plan/{reader.subscription.plan_id}/change/").status_code == 200
    assert give(client, reader, "PREMIUM", "Prize").status_code == 403
