"""Merging authors, genres or publishers that were chosen in their list: first it is asked which one stays."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from books import services
from books.models import Author, Genre, Publisher
from library_portal.errors import PortalError

MERGES: dict[type[Any], Callable[..., Any]] = {
    Author: services.merge_authors,
    Genre: services.merge_genres,
    Publisher: services.merge_publishers,
}


def answer_with_merge(modeladmin: admin.ModelAdmin, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
    """The page that asks which one stays; None when it is done, or can't be, with a message."""
    found = list(chosen[: services.MOST_AT_ONCE + 2])
    if not 1 < len(found) <= services.MOST_AT_ONCE + 1:
        modeladmin.message_user(request, services.NothingToMerge.title, messages.ERROR)
        return None
    keep = next((one for one in found if str(one.pk) == request.POST.get("keep")), None)
    if keep is None:
        shown = {"title": _("Which one stays?"), "chosen": found, "opts": modeladmin.opts}
        context = {**modeladmin.admin_site.each_context(request), **shown}
        return TemplateResponse(request, "admin/books/merge.html", context)
    _merge(modeladmin, request, keep, [one for one in found if one != keep])
    return None


def _merge(modeladmin: admin.ModelAdmin, request: HttpRequest, keep: Any, others: list[Any]) -> None:
    names = ", ".join(str(other) for other in others)
    try:
        MERGES[modeladmin.model](keep_id=keep.pk, other_ids=[other.pk for other in others])
    except PortalError as refusal:
        modeladmin.message_user(request, str(refusal), messages.ERROR)
        return
    modeladmin.log_change(request, keep, [{"changed": {"name": gettext("merged"), "object": names}}])
    said = _("“%(others)s” and “%(keep)s” are one now.") % {"others": names, "keep": keep}
    modeladmin.message_user(request, said, messages.SUCCESS)
