"""Every security event is in the audit log, whoever it was and by whichever door: who, whom, from where,
and no secret.
"""

import pytest

from accounts.models import User
from library_portal.audit.models import Action, AuditEntry
from tests.audit import walks_of_people, walks_of_the_library  # noqa: F401 (they tell their walks)
from tests.audit.world import BROWSER, PLACE, Told, Walk, World, walks

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings) -> World:
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
