"""Roles, the librarians' group and the demo people."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from accounts import services
from accounts.demo import PASSWORD, create_demo_people
from accounts.models import Role, User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def librarians() -> Group:
    return Group.objects.get(name="Librarians")


def test_the_group_has_its_permissions_after_every_migrate() -> None:
    librarians().permissions.clear()
    call_command("migrate", verbosity=0)
    granted = set(librarians().permissions.values_list("codename", flat=True))
    assert {"add_book", "change_copy", "view_reservation", "view_user", "view_wallet"} <= granted
    assert not granted & {
        "change_user",
        "add_user",
        "delete_user",
        "change_wallet",
        "delete_reservation",
        "change_plan",
    }


def test_a_role_brings_and_takes_its_rights(now) -> None:
    user = UserFactory(second_step=False)
    steps = []
    for role in (Role.LIBRARIAN, Role.ADMIN, Role.CUSTOMER):
        user = services.change_role(user_id=user.pk, role=role, now=now)
        user = User.objects.get(pk=user.pk)
        steps.append((user.is_staff, user.is_superuser, user.second_step, list(user.groups.all())))
    assert steps == [
        (True, False, True, [librarians()]),
        (True, True, True, []),
        (False, False, True, []),
    ]


def test_demo_people_are_made_once() -> None:
    made = create_demo_people()
    assert create_demo_people() == made
    people = {user.username: user for user in User.objects.all()}
    assert {name: user.pk for name, user in people.items()} == made
    assert {name: (str(user.role), user.second_step) for name, user in people.items()} == {
        "reader-free": ("customer", False),
        "reader-plus": ("customer", False),
        "reader-premium": ("customer", False),
        "author": ("author", False),
        "librarian": ("librarian", True),
        "admin": ("admin", True),
    }
    assert all(user.check_password(PASSWORD) and user.email_verified_at for user in people.values())
    assert people["librarian"].groups.get() == librarians()


def test_demo_people_are_refused_in_production(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured):
        create_demo_people()
    assert not User.objects.exists()
