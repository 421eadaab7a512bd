"""Merging authors of the catalogue: a person's account goes with the author who stays."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from authors.models import AuthorAccount
from books.merges import CannotBeMerged, follows_merges
from library_portal import audit
from library_portal.audit.models import Action


class LinkedToDifferentPeople(CannotBeMerged):
    title = _("These authors are linked to different people. Take one of the links away first.")


@follows_merges
def move_account(keep_id: int, other_ids: Sequence[int]) -> None:
    """Raises LinkedToDifferentPeople."""
    linked = AuthorAccount.objects.select_for_update().filter(author__in=[keep_id, *other_ids]).order_by("pk")
    found = list(linked.values_list("pk", "author_id", "user_id"))
    if len(found) > 1:
        raise LinkedToDifferentPeople
    for pk, author_id, user_id in found:
        if author_id != keep_id:
            AuthorAccount.objects.filter(pk=pk).update(author_id=keep_id)
            audit.record(Action.AUTHOR_LINKED, whom_id=user_id, author_id=keep_id, merged_author_id=author_id)
