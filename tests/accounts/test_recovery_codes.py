"""Ten recovery codes: kept as keyed hashes, each good once, however many submit it at the same time."""

import re
from collections import Counter

import pytest

from accounts import queries, services
from accounts.codes import OtpInvalid
from accounts.models import RecoveryCode
from accounts.services.recovery_codes import NoAuthenticator, use_recovery_code
from library_portal.audit.models import AuditEntry
from library_portal.notifications.models import Notification
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import UserFactory
from tests.factories.authenticators import AuthenticatorFactory, recovery_codes_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return AuthenticatorFactory().user


def use(user, code: str, now) -> bool:
    try:
        use_recovery_code(user_id=user.pk, code=code, now=now)
    except OtpInvalid:
        return False
    return True


def test_ten_different_readable_codes_are_made(user, now) -> None:
    codes = services.make_recovery_codes(user_id=user.pk, now=now)
    assert len(set(codes)) == 10
    assert [code for code in codes if not re.fullmatch(r"[2-9a-hj-km-np-z]{5}-[2-9a-hj-km-np-z]{5}", code)] == []
    assert AuditEntry.objects.get(whom=user).action == "recovery_codes_made"
    assert Notification.objects.get(user=user).title == "New recovery codes were made"


def test_only_hashes_are_kept_and_the_servers_key_goes_into_them(user, now, settings) -> None:
    codes = services.make_recovery_codes(user_id=user.pk, now=now)
    kept = str(list(RecoveryCode.objects.values()))
    assert [code for code in codes if code in kept or code.replace("-", "") in kept] == []
    settings.ONE_TIME_CODE_KEY = "another key"
    assert not use(user, codes[0], now)


@pytest.mark.parametrize(
    "spell", [str, str.upper, lambda code: code.replace("-", ""), lambda code: f" {code.replace('-', ' ')} "]
)
def test_case_hyphens_and_spaces_do_not_matter(user, now, spell) -> None:
    assert use(user, spell(recovery_codes_of(user)[0]), now)


def test_a_code_is_good_once(user, now) -> None:
    code = recovery_codes_of(user)[0]
    assert [use(user, code, now) for _ in range(2)] == [True, False]
    assert queries.recovery_codes_left(user_id=user.pk) == 9


def test_nobody_uses_the_code_of_another(user, now) -> None:
    other = UserFactory()
    assert not use(other, recovery_codes_of(user)[0], now)


def test_new_codes_void_the_old_ones(user, now) -> None:
    old = recovery_codes_of(user)
    new = services.make_recovery_codes(user_id=user.pk, now=now)
    assert [use(user, old[0], now), use(user, new[0], now)] == [False, True]


def test_without_an_app_there_are_no_recovery_codes(now) -> None:
    with pytest.raises(NoAuthenticator):
        services.make_recovery_codes(user_id=UserFactory().pk, now=now)


def test_the_owner_is_told_of_each_use_and_reminded_when_three_are_left(user, now) -> None:
    for code in recovery_codes_of(user)[:7]:
        use_recovery_code(user_id=user.pk, code=code, now=now.replace(microsecond=len(Notification.objects.all())))
    bodies = Notification.objects.filter(user=user).order_by("id").values_list("body", flat=True)
    assert [body[: body.index(" left.")] for body in bodies] == [f"{n} recovery codes are" for n in range(9, 2, -1)]
    assert ["Make new ones" in body for body in bodies] == [False] * 6 + [True]


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_submissions_of_a_code_use_it_once(now) -> None:
    user = AuthenticatorFactory().user
    code = recovery_codes_of(user)[0]
    outcomes = Counter(simultaneously(48, lambda _: use(user, code, now), connected=True))
    assert outcomes == {True: 1, False: 47}
    assert queries.recovery_codes_left(user_id=user.pk) == 9
