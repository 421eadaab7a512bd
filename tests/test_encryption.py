"""Encrypted at rest, with keys that can be changed while the portal runs."""

from io import StringIO

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Authenticator
from library_portal.encryption import Undecipherable, decrypt, encrypt
from library_portal.encryption.checks import keys_are_strong, keys_are_their_own
from tests.factories.accounts import UserFactory

OLD, NEW = "the-old-key-" + "o" * 32, "the-new-key-" + "n" * 32
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def keys(settings):
    def use(*wanted: str) -> None:
        settings.ENCRYPTION_KEYS = list(wanted)

    use(OLD)
    return use


def authenticator(secret: str = SECRET) -> Authenticator:
    return Authenticator.objects.create(user=UserFactory(), secret=secret, confirmed_at=timezone.now())


def stored(row: Authenticator) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_authenticator WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_database_sees_only_ciphertext_and_never_the_same_twice(keys) -> None:
    one, other = authenticator(), authenticator()
    assert SECRET not in stored(one)
    assert stored(one) != stored(other)
    assert Authenticator.objects.get(pk=one.pk).secret == SECRET


@pytest.mark.django_db
def test_after_the_rotation_the_old_key_may_go(keys, monkeypatch) -> None:
    monkeypatch.setattr("library_portal.encryption.rotation.BATCH", 2)
    rows = [authenticator(f"{SECRET}{number}") for number in range(5)]
    empty = authenticator("")
    keys(NEW, OLD)
    assert "accounts.Authenticator: 6 rows" in rotate()
    keys(NEW)
    assert [Authenticator.objects.get(pk=row.pk).secret for row in rows] == [f"{SECRET}{n}" for n in range(5)]
    assert Authenticator.objects.get(pk=empty.pk).secret == ""


@pytest.mark.django_db
def test_a_rotation_may_be_repeated_and_finishes_what_another_began(keys) -> None:
    before, after = authenticator(), authenticator()
    keys(NEW, OLD)
    Authenticator.objects.get(pk=after.pk).save()  # what the one that was interrupted had reached
    rotate()
    rotate()
    keys(NEW)
    assert {Authenticator.objects.get(pk=row.pk).secret for row in (before, after)} == {SECRET}


@pytest.mark.django_db
def test_what_no_key_reads_stays_as_it_is_and_the_command_says_so(keys) -> None:
    lost = authenticator()
    keys(NEW)
    fine, before = authenticator(), stored(lost)
    with pytest.raises(CommandError, match=r"1 of accounts\.Authenticator"):
        rotate()
    assert stored(lost) == before
    assert Authenticator.objects.get(pk=fine.pk).secret == SECRET
    keys(OLD)
    assert Authenticator.objects.get(pk=lost.pk).secret == SECRET


def test_without_its_key_a_value_is_refused_clearly_and_the_operator_reads_why(keys, caplog) -> None:
    ciphertext = encrypt(SECRET)
    keys(NEW)
    with pytest.raises(Undecipherable) as refusal:
        decrypt(ciphertext)
    assert (refusal.value.status, refusal.value.code) == (503, "service_unavailable")
    assert isinstance(refusal.value.__cause__, InvalidToken)
    assert "ENCRYPTION_KEYS lacks the key" in caplog.text
    assert ciphertext not in caplog.text


@pytest.mark.parametrize(
    ("key", "warned"),
    [("short", ["encryption.W001"]), (NEW, [])],
)
def test_the_deployment_check_warns_of_weak_keys(keys, key, warned) -> None:
    keys(NEW, key)
    assert [warning.id for warning in keys_are_strong()] == warned


def test_the_deployment_check_warns_of_a_key_with_two_uses(keys, settings) -> None:
    settings.TOKEN_KEY = NEW
    keys(NEW)
    assert [warning.id for warning in keys_are_their_own()] == ["encryption.W002"]
    keys(OLD)
    assert keys_are_their_own() == []
