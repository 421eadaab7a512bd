"""Changing several things one by one."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError

FOUND_AT_MOST = 300


def each(
    modeladmin: admin.ModelAdmin, request: HttpRequest, things: QuerySet[Any], change: Callable[[Any], object]
) -> None:
    """Changes one after the other; a refusal is told and stops none of the others."""
    changed = 0
    for thing in things:
        try:
            change(thing)
        except PortalError as refusal:
            modeladmin.message_user(request, f"{thing}: {refusal}", messages.ERROR)
        else:
            changed += 1
    if changed:
        modeladmin.message_user(request, _("%(count)d changed.") % {"count": changed}, messages.SUCCESS)
