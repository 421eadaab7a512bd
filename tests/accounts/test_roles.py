"""Roles, their groups with what these may do, and the demo people."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from accounts import services
from accounts.demo import PASSWORD, create_demo_people
from accounts.models import Role, User
from tests.factories.accounts import PASSWORD as PASSWORD_OF_TESTS
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


LIBRARIANS_MAY = {
    f"{app}.{action}_{model}"
    for app, models, actions in (
        ("books", ("author", "authorship", "book", "copy", "genre", "publisher"), ("view", "add", "change", "delete")),
        ("books", ("importjob",), ("view", "add")),
        ("authors", ("authoraccount",), ("view",)),
        ("reservations", ("reservation",), ("view", "add", "change")),
        ("reservations", ("closure",), ("view", "add", "change", "delete")),
        ("reservations", ("pastloans", "purchasesuggestion"), ("view",)),
        ("subscriptions", ("debt", "ledgerentry", "payment", "plan", "subscription", "wallet"), ("view",)),
        ("watching", ("watchedbook",), ("view",)),
        ("accounts", ("user",), ("view",)),
        ("accounts", ("patron",), ("view", "add", "change")),
    )
    for model in models
    for action in actions
}


def permissions_of(group: str) -> set[str]:
    granted = Group.objects.get(name=group).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in granted}


def groups_of(user: User) -> list[str]:
    return list(user.groups.values_list("name", flat=True))


def test_each_group_may_what_the_list_says_and_no_more() -> None:
    every = Permission.objects.count()
    assert permissions_of("Librarians") == LIBRARIANS_MAY
    assert len(permissions_of("Admins")) == every
    assert permissions_of("Customers") == permissions_of("Authors") == set()


def test_every_migrate_takes_back_what_was_granted_besides() -> None:
    librarians = Group.objects.get(name="Librarians")
    librarians.permissions.set(Permission.objects.filter(codename__in=["change_user", "delete_wallet"]))
    call_command("migrate", verbosity=0)
    assert permissions_of("Librarians") == LIBRARIANS_MAY


def test_a_librarian_may_exactly_what_the_group_may(now) -> None:
    user = services.change_role(user_id=UserFactory().pk, role=Role.LIBRARIAN, now=now)
    assert User.objects.get(pk=user.pk).get_all_permissions() == LIBRARIANS_MAY


def test_a_role_brings_and_takes_its_rights(now) -> None:
    user = UserFactory(second_step=False)
    steps = []
    for role in (Role.AUTHOR, Role.LIBRARIAN, Role.ADMIN, Role.CUSTOMER):
        services.change_role(user_id=user.pk, role=role, now=now)
        user = User.objects.get(pk=user.pk)
        steps.append((user.is_staff, user.is_superuser, user.second_step, groups_of(user)))
    assert steps == [
        (False, False, False, ["Authors"]),
        (True, False, True, ["Librarians"]),
        (True, True, True, ["Admins"]),
        (False, False, True, ["Customers"]),
    ]
    assert user.get_all_permissions() == set()


def test_everybody_is_in_the_group_of_their_role_from_the_start(now) -> None:
    signed_up = services.sign_up(
        username="ada", password=PASSWORD_OF_TESTS, email="ada@library.example", device=services.Device(), now=now
    )
    superuser = User.objects.create_superuser("root", "root@library.example", PASSWORD_OF_TESTS)
    people = {user.username: groups_of(user) for user in (User.objects.get(pk=signed_up.user_id), superuser)}
    people |= {name: groups_of(User.objects.get(pk=pk)) for name, pk in create_demo_people().items()}
    assert people == {
        "ada": ["Customers"],
        "root": ["Admins"],
        "reader-free": ["Customers"],
        "reader-plus": ["Customers"],
        "reader-premium": ["Customers"],
        "author": ["Authors"],
        "librarian": ["Librarians"],
        "admin": ["Admins"],
    }


def test_people_from_before_the_groups_joined_them() -> None:
    people = [UserFactory(role=role) for role in Role]
    for user in people:
        user.groups.set(Group.objects.filter(name__in=["Librarians", "Admins"]))
    import_module("accounts.migrations.0004_a_group_for_each_role").join_groups(apps, None)
    assert [groups_of(user) for user in people] == [["Customers"], ["Authors"], ["Librarians"], ["Admins"]]


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


def test_demo_people_are_refused_in_production(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured):
        create_demo_people()
    assert not User.objects.exists()
