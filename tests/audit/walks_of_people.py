"""What people do with their accounts, by whichever door."""

import re

from django.core import mail
from django.test import Client

from accounts.models import User
from library_portal.audit.models import Action
from library_portal.outbox.delivery import deliver_pending
from tests.accounts.codes_sent import code_from_mail, wrong_code
from tests.audit.world import ADA, API, BOSS, FROM_THERE, NEW_PASSWORD, NOBODY, World, leaves
from tests.factories.accounts import PASSWORD
from tests.factories.authenticators import AuthenticatorFactory, code_of, recovery_codes_of, wrong_code_of
from tests.factories.tokens import bearer


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
