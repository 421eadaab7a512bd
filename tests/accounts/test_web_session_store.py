"""The database has a hash of a web session's key, never the key."""

import pytest
from django.contrib.sessions.models import Session as Row

from accounts.web_session_store import SessionStore, hashed

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> SessionStore:
    store = SessionStore()
    store["book"] = "The Hobbit"
    store.save()
    return store


def test_the_key_opens_the_session_and_is_not_in_the_database(store) -> None:
    assert [row.pk for row in Row.objects.all()] == [hashed(store.session_key)]
    assert dict(SessionStore(store.session_key).items()) == {"book": "The Hobbit"}
    assert SessionStore().exists(store.session_key)


def test_what_the_database_has_opens_nothing(store) -> None:
    stolen = SessionStore(hashed(store.session_key))
    assert dict(stolen.items()) == {}
    assert stolen.session_key is None


def test_a_new_key_keeps_what_was_there_and_voids_the_old_one(store) -> None:
    old = store.session_key
    store.cycle_key()
    store.save()
    assert [row.pk for row in Row.objects.all()] == [hashed(store.session_key)]
    assert dict(SessionStore(store.session_key).items()) == {"book": "The Hobbit"}
    assert dict(SessionStore(old).items()) == {}


def test_a_session_that_is_flushed_is_gone(store) -> None:
    store.flush()
    assert Row.objects.count() == 0
    SessionStore().delete()  # nothing to delete is no error
