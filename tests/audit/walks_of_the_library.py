"""What staff do with other people's money, loans and files, and what they may not do."""

from unittest.mock import ANY
from uuid import uuid4

from django.utils import timezone

from accounts.models import Role, User
from authors.models import AuthorAccount
from books.importing.models import ImportJob
from library_portal.audit.models import Action
from reservations.models import Reservation
from subscriptions.models import AdjustmentRequest, Payment, Plan, Wallet
from subscriptions.services import confirm_payment
from tests.audit.world import ADA, API, BOSS, NOBODY, World, leaves
from tests.factories.accounts import UserFactory
from tests.factories.authors import HOLDER, IBAN, AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory, GenreFactory
from tests.factories.tokens import bearer


@leaves(Action.AUTHOR_LINKED, (BOSS, ADA, {"author_id": 4711}))
def with_a_reader(world: World) -> None:
    link = {"author": AuthorFactory(pk=4711).pk, "user": world.ada.pk}
    world.pages_of(world.boss).post("/admin/authors/authoraccount/add/", link)


@leaves(Action.AUTHOR_UNLINKED, (BOSS, ADA, {"author_id": 4711}))
def from_a_reader(world: World) -> None:
    with_a_reader(world)
    account = AuthorAccount.objects.get(user=world.ada)
    world.pages_of(world.boss).post(f"/admin/authors/authoraccount/{account.pk}/delete/", {"post": "yes"})


@leaves(Action.BANK_ACCOUNT_CHANGED, (ADA, ADA, {"removed": False}))
def of_an_author(world: World) -> None:
    User.objects.filter(pk=world.ada.pk).update(role=Role.AUTHOR)
    account = AuthorAccountFactory(user=User.objects.get(pk=world.ada.pk))
    changes = {"bank_account": {"iban": IBAN, "holder": HOLDER}}
    answer = world.api.patch(f"{API}/authors/{account.author_id}/", changes, headers=bearer(account.user))
    assert answer.status_code == 200, answer.content


@leaves(Action.IMPORT_REVERTED, (BOSS, NOBODY, {"id": 4711, "file": "books.csv", "deleted": 0, "restored": 0}))
def at_the_admins_page(world: World) -> None:
    job = ImportJob.objects.create(pk=4711, file_name="books.csv", status="done")
    world.pages_of(world.boss).post(f"/admin/books/importjob/{job.pk}/revert/")


@leaves(
    Action.NAMES_MERGED,
    (BOSS, NOBODY, {"what": "author", "id": 1, "name": "Tolkien", "merged": {"2": "Tolkien, J."}}),
    (BOSS, NOBODY, {"what": "genre", "id": 3, "name": "Poetry", "merged": {"4": "Poems"}}),
)
def by_a_librarian(world: World) -> None:
    AuthorFactory(pk=1, name="Tolkien"), AuthorFactory(pk=2, name="Tolkien, J.")
    GenreFactory(pk=3, name="Poetry"), GenreFactory(pk=4, name="Poems")
    world.post("/authors/1/merge/", {"others": [2]}, by=world.boss)
    world.post("/genres/3/merge/", {"others": [4]}, by=world.boss)


@leaves(Action.RESERVATION_CHANGED, (BOSS, ADA, {"reservation": 4711, "what": "cancel"}))
def for_a_reader(world: World) -> None:
    Reservation.objects.create(pk=4711, user=world.ada, book=BookFactory(), days=7)
    world.api.delete(f"{API}/reservations/4711/", headers=bearer(world.boss))


@leaves(Action.CALENDAR_CHANGED, (BOSS, NOBODY, {"what": "week", "weekdays": [6], "before": []}))
def every_sunday(world: World) -> None:
    world.pages_of(world.boss).post("/admin/reservations/closure/week/", {"weekdays": ["6"]})


def adjust(world: World, amount: str) -> AdjustmentRequest:
    wallet, _made = Wallet.objects.get_or_create(user=world.ada)
    form = {"amount": amount, "reason": "Flood", "key": uuid4()}
    world.pages_of(world.boss).post(f"/admin/subscriptions/wallet/{wallet.pk}/adjust/", form)
    return AdjustmentRequest.objects.get()


def decide(world: World, decision: str, by: User) -> None:
    asked = adjust(world, "80.00")
    world.pages_of(by).post(f"/admin/subscriptions/adjustmentrequest/{asked.pk}/decide/", {"decision": decision})


@leaves(Action.WALLET_ADJUSTED, (BOSS, ADA, {"adjustment": ANY, "amount": "1.00"}))
def a_little(world: World) -> None:
    adjust(world, "1.00")


@leaves(Action.ADJUSTMENT_REQUESTED, (BOSS, ADA, {"adjustment": ANY, "amount": "80.00"}))
def a_lot(world: World) -> None:
    adjust(world, "80.00")


@leaves(Action.ADJUSTMENT_APPROVED, ("second", ADA, {"adjustment": ANY, "amount": "80.00"}))
def by_a_second_admin(world: World) -> None:
    decide(world, "approve", UserFactory(username="second", role=Role.ADMIN))


@leaves(Action.ADJUSTMENT_REJECTED, (BOSS, ADA, {"adjustment": ANY, "amount": "80.00"}))
def by_who_asked(world: World) -> None:
    decide(world, "reject", world.boss)


@leaves(
    Action.PLAN_TERMS_CHANGED, (BOSS, NOBODY, {"plan": "PLUS", "before": {"name": "Plus"}, "after": {"name": "Fine"}})
)
def of_a_plan(world: World) -> None:
    plan = Plan.objects.get(code="PLUS")
    form = {field.name: getattr(plan, field.name) for field in Plan._meta.fields} | {"name": "Fine"}
    world.pages_of(world.boss).post(f"/admin/subscriptions/plan/{plan.pk}/change/", form)


@leaves(Action.PLAN_GIVEN, (BOSS, ADA, {"plan": "PLUS", "reason": "Prize"}))
def to_a_reader(world: World) -> None:
    form = {"user": world.ada.pk, "plan": Plan.objects.get(code="PLUS").pk, "reason": "Prize"}
    world.pages_of(world.boss).post("/admin/subscriptions/subscription/add/", form)


@leaves(Action.PAYMENT_REFUNDED, (BOSS, ADA, {"payment": 4711, "amount": "5.00"}))
def of_a_top_up(world: World) -> None:
    wallet, _made = Wallet.objects.get_or_create(user=world.ada)
    Payment.objects.create(pk=4711, wallet=wallet, amount=5, provider="test")
    confirm_payment(payment_id=4711, now=timezone.now())
    form = {"amount": "5.00", "reason": "Not wanted", "sure": "on", "key": uuid4()}
    world.pages_of(world.boss).post("/admin/subscriptions/payment/4711/refund/", form)


@leaves(Action.PAYOUTS_EXPORTED, (BOSS, NOBODY, {"first": "2026-01", "last": "2026-03"}))
def of_a_period(world: World) -> None:
    world.pages_of(world.boss).get("/admin/authors/authoraccount/payouts.csv?first=2026-01&last=2026-03")


@leaves(Action.LEDGER_EXPORTED, (BOSS, NOBODY, {"narrowed": "kind__exact=refund"}))
def of_some_entries(world: World) -> None:
    world.pages_of(world.boss).get("/admin/subscriptions/ledgerentry/export/?kind__exact=refund")


@leaves(Action.ACCESS_DENIED, (ADA, NOBODY, {"method": "GET", "route": "api/v1/users/"}))
def in_the_api(world: World) -> None:
    world.api.get(f"{API}/users/", headers=bearer(world.ada))


@leaves(Action.ACCESS_DENIED, ("lib", NOBODY, {"method": "POST", "route": "admin/subscriptions/plan/add/"}))
def at_the_desk(world: World) -> None:
    world.pages_of(UserFactory(username="lib", role=Role.LIBRARIAN)).post("/admin/subscriptions/plan/add/")
