"""Each role has a group of Django's, whose permissions decide in the admin; people are in the group of their role only.

Patrons may do nothing there. Admins are superusers and may do everything, which their group says too. Groups can't be
edited in the admin: every migrate makes them what is written here.
"""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from accounts.models import Role, User

GROUPS = {
    Role.CUSTOMER: "Customers",
    Role.AUTHOR: "Authors",
    Role.LIBRARIAN: "Librarians",
    Role.ADMIN: "Admins",
}
KEEP, LOOK = ("view", "add", "change", "delete"), ("view",)
# What librarians may do, by model; what is not here, they may not.
LIBRARIANS_MAY = {
    "authors.authoraccount": LOOK,
    "books.author": KEEP,
    "books.authorship": KEEP,
    "books.book": KEEP,
    "books.copy": KEEP,
    "books.genre": KEEP,
    "books.importjob": ("view", "add"),
    "books.publisher": KEEP,
    "reservations.closure": KEEP,
    "reservations.pastloans": LOOK,
    "reservations.purchasesuggestion": LOOK,
    "reservations.reservation": ("view", "add", "change"),
    "subscriptions.debt": LOOK,
    "subscriptions.ledgerentry": LOOK,
    "subscriptions.payment": LOOK,
    "subscriptions.plan": LOOK,
    "subscriptions.subscription": LOOK,
    "subscriptions.wallet": LOOK,
    "watching.watchedbook": LOOK,
    "accounts.patron": ("view", "add", "change"),
    "accounts.user": LOOK,
}


def join_group(user: User) -> None:
    """Into the group of the person's role, and out of every other. The caller has a transaction open."""
    group, _created = Group.objects.get_or_create(name=GROUPS[Role(user.role)])
    user.groups.set([group])


def grant(*, app_config: AppConfig, using: str, **_signal: Any) -> None:
    """After each migrate: the groups have these permissions of the app, and no others of it."""
    create_permissions(app_config, verbosity=0, using=using)
    of_app = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    granted = {Role.ADMIN: of_app, Role.LIBRARIAN: of_app.filter(codename__in=_of_librarians(app_config.label))}
    for role, name in GROUPS.items():
        group, _created = Group.objects.using(using).get_or_create(name=name)
        wanted = granted.get(role, of_app.none())
        group.permissions.remove(*of_app.exclude(pk__in=wanted))
        group.permissions.add(*wanted)


def _of_librarians(app_label: str) -> list[str]:
    of_app = {name: actions for name, actions in LIBRARIANS_MAY.items() if name.startswith(f"{app_label}.")}
    return [f"{action}_{name.split('.')[1]}" for name, actions in of_app.items() for action in actions]
