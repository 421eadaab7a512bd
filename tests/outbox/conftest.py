import pytest

from accounts.models import User
from tests.factories.people import person
from tests.outbox.happenings import drunk


@pytest.fixture
def reader(db: None) -> User:
    drunk.clear()
    return person(username="tea-reader")
