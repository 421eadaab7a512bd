"""Every security event is in the audit log, whoever it was and by whichever door: who, whom, from where, and no secret.

Requests come through a trusted proxy; what is recorded is the address behind it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import ANY
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Role, User
from authors.models import AuthorAccount
from books.importing.models import ImportJob
from library_portal.audit.models import Action, AuditEntry
from library_portal.outbox.delivery import deliver_pending
from reservations.models import Reservation
from subscriptions.models import AdjustmentRequest, Payment, Plan, Wallet
from subscriptions.services import confirm_payment
from tests.accounts.codes_sent import code_from_mail, wrong_code
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.authenticators import AuthenticatorFactory, code_of, recovery_codes_of, wrong_code_of
from tests.factories.authors import HOLDER, IBAN, AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory, GenreFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

PLACE, BROWSER = "203.0.113.7", "Reader/1.0"
FROM_THERE = {"HTTP_X_FORWARDED_FOR": f"198.51.100.1, {PLACE}", "HTTP_USER_AGENT": BROWSER, "REMOTE_ADDR": "10.0.0.1"}
API, PEOPLE = "/api/v1", "/admin/accounts/user"
NEW_PASSWORD = "another-long-passphrase"
NOBODY, ADA, BOSS = None, "ada", "boss"

Told = tuple[str | None, str | None, dict[str, Any]]
Walk = Callable[["World"], object]
walks: list[Any] = []


@dataclass
class World:
    """Ada, a patron with the second step on; the boss, an admin; and what they send requests with."""

    ada: User = field(default_factory=lambda: UserFactory(username="ada"))
    boss: User = field(default_factory=lambda: UserFactory(username="boss", role=Role.ADMIN))
    api: APIClient = field(default_factory=lambda: APIClient(**FROM_THERE))

    def post(self, path: str, body: dict[str, Any] | None = None, by: User | None = None) -> Any:
        return self.api.post(f"{API}{path}", body or {}, headers=bearer(by) if by else {})

    def log_in(self, password: str = PASSWORD, name: str = "ada") -> Any:
        return self.post("/auth/login/", {"username": name, "password": password}).json()

    def verify(self, code: str | None = None) -> Any:
        login_id = self.log_in()["login_id"]
        return self.post("/auth/verify-otp/", {"login_id": login_id, "code": code or self.code()}).json()

    def code(self) -> str:
        return code_from_mail(self.ada.email)

    def pages_of(self, user: User) -> Client:
        pages = Client(**FROM_THERE)
        pages.force_login(user)
        return pages

    def in_admin(self, path: str, form: dict[str, Any] | None = None) -> None:
        answer = self.pages_of(self.boss).post(f"{PEOPLE}/{path}", form or {})
        assert answer.status_code == 302, answer.content


def leaves(action: Action, *told: Told) -> Callable[[Walk], Walk]:
    """After this walk the log has these entries of the action, in this order, and no other."""

    def register(walk: Walk) -> Walk:
        walks.append(pytest.param(action, walk, list(told), id=f"{action}: {walk.__name__}"))
        return walk

    return register


@leaves(Action.SIGNED_UP, ("new", "new", {}))
def by_the_api(world: World) -> None:
    world.post("/auth/signup/", {"username": "new", "email": "new@library.example", "password": PASSWORD})


@leaves(Action.LOGGED_IN, (ADA, ADA, {"channel": "api", "second_step": "email"}))
def with_a_code(world: World) -> None:
    world.verify()


@leaves(Action.LOGGED_IN, (ADA, ADA, {"channel": "api", "second_step": ""}))
def without_a_code(world: World) -> None:
    User.objects.filter(pk=world.ada.pk).update(second_step=False)
    world.log_in()


@leaves(Action.LOGGED_IN, (ADA, ADA, {"channel": "web", "second_step": "email"}))
def on_the_pages(world: World) -> None:
    pages = Client(**FROM_THERE)
    pages.post("/login/", {"identifier": "ada", "password": PASSWORD})
    pages.post("/login/code/", {"code": world.code()})


@leaves(Action.LOGGED_IN, (BOSS, BOSS, {"channel": "web", "second_step": "email"}))
def at_the_admin(world: World) -> None:
    pages = Client(**FROM_THERE)
    pages.post("/admin/login/", {"identifier": "boss", "password": PASSWORD})
    pages.post("/login/code/", {"code": code_from_mail(world.boss.email)})


@leaves(Action.LOGGED_IN, (ADA, ADA, {"channel": "api", "second_step": "totp"}))
def with_an_app(world: World) -> None:
    world.verify(code_of(AuthenticatorFactory(user=world.ada).secret))


@leaves(Action.RECOVERY_CODE_USED, (ADA, ADA, {"left": 9}))
def in_place_of_the_app(world: World) -> None:
    AuthenticatorFactory(user=world.ada)
    world.verify(recovery_codes_of(world.ada)[0])


@leaves(Action.PASSWORD_REFUSED, (NOBODY, ADA, {}), (NOBODY, NOBODY, {}))
def of_somebody_and_of_nobody(world: World) -> None:
    world.log_in(password="wrong-passphrase")
    world.log_in(password="wrong-passphrase", name="nobody-at-all")


@leaves(Action.PASSWORD_REFUSED, (ADA, ADA, {}))
def when_asked_again(world: World) -> None:
    world.post("/auth/confirm/", {"password": "wrong-passphrase"}, by=world.ada)


@leaves(Action.CODE_SENT, (NOBODY, ADA, {"channel": "email"}), (NOBODY, ADA, {"channel": "email"}))
def to_log_in_and_again(world: World) -> None:
    world.post("/auth/resend-otp/", {"login_id": world.log_in()["login_id"]})


@leaves(Action.CODE_REFUSED, (NOBODY, ADA, {"purpose": "login"}))
def that_was_sent(world: World) -> None:
    login_id = world.log_in()["login_id"]
    world.post("/auth/verify-otp/", {"login_id": login_id, "code": wrong_code(world.code())})


@leaves(Action.CODE_REFUSED, (NOBODY, ADA, {"purpose": "login"}))
def that_an_app_shows(world: World) -> None:
    world.verify(wrong_code_of(AuthenticatorFactory(user=world.ada).secret))


@leaves(Action.TOO_MANY_TRIES, (NOBODY, ADA, {}))
def once_however_often_somebody_guesses(world: World) -> None:
    for _ in range(14):
        world.log_in(password="wrong-passphrase")


@leaves(Action.TOO_MANY_TRIES, (NOBODY, ADA, {}))
def of_codes(world: World) -> None:
    for _ in range(7):
        world.log_in()


@leaves(Action.TOO_MANY_TRIES, (NOBODY, NOBODY, {}))
def of_sign_ups_though_they_are_rolled_back(world: World) -> None:
    for number in range(7):
        form = {"username": f"new{number}", "email": f"new{number}@library.example", "password": PASSWORD}
        world.post("/auth/signup/", form)


@leaves(Action.IDENTITY_CONFIRMED, (ADA, ADA, {}))
def by_the_password(world: World) -> None:
    world.post("/auth/confirm/", {"password": PASSWORD}, by=world.ada)


@leaves(Action.SESSION_ENDED, (ADA, ADA, {"reason": "logged out", "sessions": 1}))
def by_logging_out(world: World) -> None:
    world.post("/auth/logout/", by=world.ada)


@leaves(Action.SESSION_ENDED, (ADA, ADA, {"reason": "logged out", "sessions": 1}))
def by_logging_out_on_the_pages(world: World) -> None:
    world.pages_of(world.ada).post("/logout/")


@leaves(Action.SESSION_ENDED, (BOSS, ADA, {"reason": "ended by an admin", "sessions": 2}))
def all_of_them_by_an_admin(world: World) -> None:
    bearer(world.ada), bearer(world.ada)
    world.in_admin(f"{world.ada.pk}/end-sessions/")


@leaves(Action.REFRESH_TOKEN_REUSED, (NOBODY, ADA, {}))
def by_a_thief_or_the_robbed(world: World) -> None:
    refresh = {"refresh": world.verify()["refresh"]}
    world.post("/auth/refresh/", refresh)
    world.post("/auth/refresh/", refresh)


@leaves(Action.PASSWORD_CHANGED, (ADA, ADA, {}))
def by_its_owner(world: World) -> None:
    world.post("/auth/password/change/", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}, by=world.ada)


@leaves(Action.PASSWORD_CHANGED, (BOSS, ADA, {}))
def by_an_admin(world: World) -> None:
    world.in_admin(f"{world.ada.pk}/password/", {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


@leaves(Action.PASSWORD_RESET_ASKED, (NOBODY, ADA, {}), (NOBODY, NOBODY, {}))
def for_somebody_and_for_nobody(world: World) -> None:
    for name in ("ada", "nobody-at-all"):
        world.post("/auth/password/reset/", {"username": name})


@leaves(Action.PASSWORD_RESET, (ADA, ADA, {}))
def by_the_link(world: World) -> None:
    world.post("/auth/password/reset/", {"username": "ada"})
    deliver_pending()
    token = re.search(r"confirm/#(\S+)", mail.outbox[-1].body)[1]
    world.post("/auth/password/reset/confirm/", {"token": token, "password": NEW_PASSWORD})


@leaves(Action.EMAIL_CHANGED, (ADA, ADA, {}))
def by_the_code_to_the_new_one(world: World) -> None:
    headers, new = bearer(world.ada), "countess@library.example"
    [asked] = world.api.patch(f"{API}/users/me/", {"email": new}, headers=headers).json()["confirmations"]
    answer = {"confirmation_id": asked["confirmation_id"], "code": code_from_mail(new)}
    assert world.api.post(f"{API}/users/me/confirm-address/", answer, headers=headers).status_code == 200


@leaves(Action.PHONE_CHANGED, (BOSS, ADA, {}))
def by_staff(world: World) -> None:
    form = {"username": "ada", "email": world.ada.email, "role": "customer", "code_channel": "email"}
    world.in_admin(f"{world.ada.pk}/change/", form | {"phone": "+14155552671"})


@leaves(Action.SECOND_STEP_CHANGED, (ADA, ADA, {"on": False}))
def by_its_owner_who_wants_none(world: World) -> None:
    world.api.put(f"{API}/auth/second-step/", {"on": False}, headers=bearer(world.ada))


@leaves(Action.SECOND_STEP_RESET, (BOSS, ADA, {}))
def for_who_has_lost_it(world: World) -> None:
    world.in_admin(f"{world.ada.pk}/reset-second-step/")


@leaves(Action.AUTHENTICATOR_ADDED, (ADA, ADA, {}))
def with_its_first_code(world: World) -> None:
    headers = bearer(world.ada)
    world.api.post(f"{API}/auth/totp/", headers=headers)
    world.api.post(f"{API}/auth/totp/confirm/", {"code": code_of(world.ada.authenticator.secret)}, headers=headers)


@leaves(Action.AUTHENTICATOR_REMOVED, (ADA, ADA, {}))
def by_its_owner_who_has_no_use_for_it(world: World) -> None:
    AuthenticatorFactory(user=world.ada)
    world.api.delete(f"{API}/auth/totp/", headers=bearer(world.ada))


@leaves(Action.RECOVERY_CODES_MADE, (ADA, ADA, {}))
def in_place_of_the_old_ones(world: World) -> None:
    AuthenticatorFactory(user=world.ada)
    world.post("/auth/totp/recovery-codes/", by=world.ada)


@leaves(Action.PERSON_ADDED, (BOSS, "new", {"role": "librarian"}))
def by_an_admin_in_the_admin(world: World) -> None:
    world.in_admin("add/", {"username": "new", "email": "new@library.example", "role": "librarian"})


@leaves(Action.PERSON_CHANGED, (ADA, ADA, {"fields": ["first_name", "last_name"]}))
def names_of_fields_only(world: World) -> None:
    names = {"first_name": "Ada", "last_name": "Lovelace", "language": ""}
    world.api.patch(f"{API}/users/me/", names, headers=bearer(world.ada))


@leaves(Action.ROLE_CHANGED, (BOSS, ADA, {"before": "customer", "after": "librarian"}))
def from_one_to_another(world: World) -> None:
    world.api.patch(f"{API}/users/{world.ada.pk}/", {"role": "librarian"}, headers=bearer(world.boss))


@leaves(Action.DEACTIVATED, (BOSS, ADA, {}))
def once_however_often_it_is_sent(world: World) -> None:
    for _ in range(2):
        world.in_admin(f"{world.ada.pk}/deactivate/")


@leaves(Action.REACTIVATED, (BOSS, ADA, {}))
def by_an_admin_who_thinks_better_of_it(world: World) -> None:
    world.in_admin(f"{world.ada.pk}/deactivate/")
    world.in_admin(f"{world.ada.pk}/reactivate/")


@leaves(Action.ACCOUNT_DELETED, (ADA, ADA, {}))
def by_who_leaves(world: World) -> None:
    assert world.api.delete(f"{API}/users/me/", headers=bearer(world.ada)).status_code == 204


@leaves(Action.DATA_EXPORTED, (ADA, ADA, {}))
def of_oneself(world: World) -> None:
    assert b"".join(world.api.get(f"{API}/users/me/export/", headers=bearer(world.ada)).streaming_content)


@leaves(Action.LOAN_HISTORY_CHANGED, (ADA, ADA, {"keeps": True}))
def by_who_wants_it_kept(world: World) -> None:
    world.api.patch(f"{API}/users/me/", {"keeps_loan_history": True}, headers=bearer(world.ada))


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


@pytest.fixture
def world(settings) -> Iterator[World]:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    return World()


@pytest.mark.parametrize(("action", "walk", "told"), walks)
def test_what_happens_is_told(world: World, action: Action, walk: Walk, told: list[Told]) -> None:
    walk(world)
    entries = AuditEntry.objects.filter(action=action).order_by("pk").select_related("who", "whom")
    assert [(_name(entry.who), _name(entry.whom), entry.details) for entry in entries] == told
    erased = action == Action.ACCOUNT_DELETED
    assert {(entry.address, entry.user_agent) for entry in entries} == {(None, "") if erased else (PLACE, BROWSER)}


def _name(user: User | None) -> str | None:
    if user is None:
        return None
    return "ada" if user.erased_at else user.username


def test_every_action_is_walked() -> None:
    assert {walk.values[0] for walk in walks} == set(Action)
