"""One-time codes: derived, hashed, five wrong tries, one use; whatever happens at once."""

from collections import Counter

import pytest

from accounts import codes
from accounts.codes import OtpExpired, OtpInvalid, PendingLogin
from accounts.models import User
from library_portal.redis import client
from tests.accounts.codes_sent import wrong_code
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def opened() -> tuple[str, str]:
    login_id, issue = codes.open_login(user_id=UserFactory().pk, channel="email")
    return login_id, codes.derive(login_id=login_id, issue=issue)


def outcome(login_id: str, code: str) -> str:
    try:
        codes.redeem(login_id=login_id, code=code)
    except (OtpInvalid, OtpExpired) as refusal:
        return refusal.code
    return "accepted"


def test_the_right_code_is_accepted_once() -> None:
    login_id, code = opened()
    assert codes.redeem(login_id=login_id, code=code) == PendingLogin(User.objects.get().pk, "email")
    assert outcome(login_id, code) == "otp_expired"


def test_a_code_is_six_digits_and_depends_on_login_and_issue(settings) -> None:
    code = codes.derive(login_id="a", issue=1)
    assert len(code) == 6
    assert code.isdigit()
    others = {codes.derive(login_id="b", issue=1), codes.derive(login_id="a", issue=2)}
    settings.ONE_TIME_CODE_KEY = "another key"
    assert code not in others | {codes.derive(login_id="a", issue=1)}


def test_codes_spread_over_all_of_the_numbers() -> None:
    first_digits = Counter(codes.derive(login_id="spread", issue=issue)[0] for issue in range(5000))
    assert set(first_digits) == set("0123456789")
    assert max(first_digits.values()) < 2 * min(first_digits.values())


def test_after_five_wrong_tries_the_right_code_is_worth_nothing() -> None:
    login_id, code = opened()
    assert [outcome(login_id, wrong_code(code)) for _ in range(6)] == ["otp_invalid"] * 5 + ["otp_expired"]
    assert outcome(login_id, code) == "otp_expired"


def test_48_simultaneous_guesses_never_exceed_five_tries() -> None:
    login_id, code = opened()
    outcomes = Counter(simultaneously(48, lambda _: outcome(login_id, wrong_code(code))))
    assert outcomes == {"otp_invalid": 5, "otp_expired": 43}


def test_48_simultaneous_submissions_of_the_right_code_are_accepted_once() -> None:
    login_id, code = opened()
    outcomes = Counter(simultaneously(48, lambda _: outcome(login_id, code)))
    assert outcomes == {"accepted": 1, "otp_expired": 47}


def test_a_code_belongs_to_its_login() -> None:
    mine, code_of_mine = opened()
    other, code_of_other = opened()
    if code_of_mine != code_of_other:
        assert outcome(other, code_of_mine) == "otp_invalid"
    assert outcome(mine, code_of_mine) == "accepted"


def test_a_code_for_one_purpose_is_unknown_to_another() -> None:
    login_id, issue = codes.open_login(user_id=7, channel="email", purpose="change-email")
    assert outcome(login_id, codes.derive(login_id=login_id, issue=issue)) == "otp_expired"


def test_a_code_lives_300_seconds() -> None:
    login_id, code = opened()
    key = f"code:login:{login_id}"
    assert 295 < client().ttl(key) <= 300
    client().expire(key, 0)
    assert outcome(login_id, code) == "otp_expired"


def test_a_new_issue_voids_the_one_before_and_has_its_own_tries() -> None:
    login_id, first = opened()
    for _ in range(4):
        outcome(login_id, wrong_code(first))
    issue = codes.reissue(login_id=login_id)
    second = codes.derive(login_id=login_id, issue=issue)
    assert codes.is_current(login_id=login_id, issue=issue)
    if first != second:
        assert outcome(login_id, first) == "otp_invalid"
    assert outcome(login_id, second) == "accepted"


def test_a_login_that_is_over_gets_no_new_code() -> None:
    login_id, code = opened()
    codes.redeem(login_id=login_id, code=code)
    with pytest.raises(OtpExpired):
        codes.reissue(login_id=login_id)
    with pytest.raises(OtpExpired):
        codes.pending(login_id=login_id)


def test_redis_never_holds_the_code() -> None:
    login_id, code = opened()
    kept = client().hgetall(f"code:login:{login_id}")
    assert set(kept) == {"user", "channel", "seal", "issue", "hash", "tries"}
    assert code not in kept.values()
    assert code not in kept["hash"][:6]
