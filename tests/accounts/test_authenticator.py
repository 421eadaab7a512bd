"""The authenticator app: set up with a first code, one use per time step, removed; its key encrypted."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from django.db import connection

from accounts import queries, services
from accounts.codes import OtpInvalid
from accounts.models import Authenticator, RecoveryCode, Role
from accounts.services.authenticators import AuthenticatorInUse, SecondStepRequired, accept_app_code
from accounts.services.recovery_codes import NoAuthenticator
from library_portal.audit.models import AuditEntry
from library_portal.errors import InvalidInput
from library_portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.authenticators import AuthenticatorFactory, code_of, recovery_codes_of, wrong_code_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)


def audited(user) -> list[str]:
    return list(AuditEntry.objects.filter(whom=user).order_by("id").values_list("action", flat=True))


def told(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("id").values_list("title", flat=True))


def accepts(authenticator: Authenticator, code: str, now: datetime = NOON) -> bool:
    try:
        accept_app_code(user_id=authenticator.user_id, code=code, now=now)
    except OtpInvalid:
        return False
    return True


def test_an_app_learns_key_issuer_and_name_from_the_address() -> None:
    user = UserFactory(username="ada")
    enrolment = services.begin_authenticator(user_id=user.pk)
    address = urlsplit(enrolment.uri)
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/Library%20Portal:ada")
    assert parse_qs(address.query) == {"secret": [enrolment.secret], "issuer": ["Library Portal"]}
    assert len(enrolment.secret) == 32


def test_the_key_is_encrypted_in_the_database() -> None:
    secret = services.begin_authenticator(user_id=UserFactory().pk).secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_authenticator")
        (kept,) = cursor.fetchone()
    assert secret not in kept
    assert Authenticator.objects.get().secret == secret


def test_an_app_counts_only_after_its_first_code() -> None:
    user = UserFactory(second_step=False)
    secret = services.begin_authenticator(user_id=user.pk).secret
    assert queries.authenticator(user_id=user.pk) is None
    codes = services.confirm_authenticator(user_id=user.pk, code=code_of(secret, now=NOON), now=NOON)
    user.refresh_from_db()
    assert (queries.authenticator(user_id=user.pk).confirmed_at, user.second_step, len(codes)) == (NOON, True, 10)
    assert audited(user) == ["authenticator_added"]
    assert told(user) == ["An authenticator app was added"]


def test_the_code_that_confirmed_the_app_does_not_log_in_too() -> None:
    user = UserFactory()
    code = code_of(services.begin_authenticator(user_id=user.pk).secret, now=NOON)
    services.confirm_authenticator(user_id=user.pk, code=code, now=NOON)
    assert not accepts(Authenticator.objects.get(), code)


def test_a_wrong_first_code_changes_nothing() -> None:
    user = UserFactory()
    secret = services.begin_authenticator(user_id=user.pk).secret
    with pytest.raises(InvalidInput) as refusal:
        services.confirm_authenticator(user_id=user.pk, code=code_of(secret, now=NOON, steps=9), now=NOON)
    assert list(refusal.value.extra["errors"]) == ["code"]
    assert queries.authenticator(user_id=user.pk) is None
    assert services.unfinished_enrolment(user_id=user.pk).secret == secret


def test_beginning_again_replaces_a_key_that_was_never_confirmed() -> None:
    user = UserFactory()
    first, second = (services.begin_authenticator(user_id=user.pk).secret for _ in range(2))
    assert first != second
    assert services.unfinished_enrolment(user_id=user.pk).secret == second


def test_an_app_in_use_is_not_replaced_and_its_key_never_shown_again() -> None:
    authenticator = AuthenticatorFactory()
    code = code_of(authenticator.secret, now=NOON)
    with pytest.raises(AuthenticatorInUse):
        services.begin_authenticator(user_id=authenticator.user_id)
    with pytest.raises(AuthenticatorInUse):
        services.confirm_authenticator(user_id=authenticator.user_id, code=code, now=NOON)
    with pytest.raises(NoAuthenticator):
        services.unfinished_enrolment(user_id=authenticator.user_id)


def test_nothing_begun_is_nothing_to_confirm() -> None:
    with pytest.raises(NoAuthenticator):
        services.confirm_authenticator(user_id=UserFactory().pk, code="123456", now=NOON)


@pytest.mark.parametrize(("steps", "expected"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_each_way(steps, expected) -> None:
    authenticator = AuthenticatorFactory(secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert accepts(authenticator, code_of(authenticator.secret, now=NOON, steps=steps)) is expected


def test_a_time_step_is_accepted_once_and_none_before_it() -> None:
    authenticator = AuthenticatorFactory(secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    before, this, after = (code_of(authenticator.secret, now=NOON, steps=steps) for steps in (-1, 0, 1))
    assert [accepts(authenticator, code) for code in (this, this, before, after, after, this)] == [
        True, False, False, True, False, False,
    ]  # fmt: skip
    authenticator.refresh_from_db()
    assert authenticator.last_step == pyotp.TOTP(authenticator.secret).timecode(NOON) + 1


def test_an_old_code_is_worth_nothing_a_minute_later() -> None:
    authenticator = AuthenticatorFactory()
    code = code_of(authenticator.secret, now=NOON)
    assert not accepts(authenticator, code, NOON + timedelta(seconds=61))


def test_removing_the_app_voids_the_recovery_codes_and_keeps_the_second_step() -> None:
    user = AuthenticatorFactory().user
    recovery_codes_of(user)
    for _ in range(2):
        services.remove_authenticator(user_id=user.pk, now=NOON)
    user.refresh_from_db()
    assert (Authenticator.objects.count(), RecoveryCode.objects.count(), user.second_step) == (0, 0, True)
    assert audited(user) == ["authenticator_removed"]
    assert told(user) == ["Your authenticator app was removed"]


def test_turning_the_second_step_off_leaves_no_app_and_no_recovery_codes_behind() -> None:
    user = AuthenticatorFactory().user
    recovery_codes_of(user)
    for _ in range(2):
        services.set_second_step(user_id=user.pk, on=False, now=NOON)
    user.refresh_from_db()
    assert (Authenticator.objects.count(), RecoveryCode.objects.count(), user.second_step) == (0, 0, False)
    assert audited(user) == ["second_step_changed"]
    assert told(user) == ["Logging in no longer asks for a code"]


def test_the_second_step_can_be_turned_on_again() -> None:
    user = UserFactory(second_step=False)
    services.set_second_step(user_id=user.pk, on=True, now=NOON)
    user.refresh_from_db()
    assert user.second_step
    assert AuditEntry.objects.get(whom=user).details == {"on": True}


@pytest.mark.parametrize("role", [Role.LIBRARIAN, Role.ADMIN])
def test_staff_cannot_turn_their_second_step_off(role) -> None:
    user = UserFactory(role=role)
    with pytest.raises(SecondStepRequired):
        services.set_second_step(user_id=user.pk, on=False, now=NOON)
    user.refresh_from_db()
    assert user.second_step


def test_a_reset_by_staff_takes_the_app_away_and_ends_every_session(client) -> None:
    user = AuthenticatorFactory().user
    recovery_codes_of(user)
    client.force_login(user)
    services.reset_second_step(user_id=user.pk, now=datetime.now(UTC))
    assert (Authenticator.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert client.get("/").context["user"].is_anonymous
    assert "second_step_reset" in audited(user)
    assert told(user) == ["Your second step was reset"]


def test_a_wrong_code_is_wrong_whoever_it_belongs_to() -> None:
    mine, other = AuthenticatorFactory(), AuthenticatorFactory()
    assert not accepts(mine, wrong_code_of(mine.secret))
    assert not accepts(mine, code_of(other.secret, now=NOON)) or mine.secret == other.secret
