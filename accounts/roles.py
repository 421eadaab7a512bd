"""What librarians may do in the admin. Admins may do everything; patrons never get in."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

LIBRARIANS = "Librarians"
ACTIONS_BY_APP = {
    "books": ("view", "add", "change", "delete"),
    "reservations": ("view", "add", "change"),
    "subscriptions": ("view",),
    "accounts": ("view",),
    "notifications": ("view",),
}


def grant_librarians(*, app_config: AppConfig, using: str, **_signal: Any) -> None:
    """After each migrate: the group has the permissions of `ACTIONS_BY_APP`, and none of an app it had before."""
    actions = ACTIONS_BY_APP.get(app_config.label)
    if actions is None:
        return
    create_permissions(app_config, verbosity=0, using=using)
    group, _created = Group.objects.using(using).get_or_create(name=LIBRARIANS)
    of_app = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    wanted = Q()
    for action in actions:
        wanted |= Q(codename__startswith=f"{action}_")
    group.permissions.remove(*of_app.exclude(wanted))
    group.permissions.add(*of_app.filter(wanted))
