"""Merging authors of the catalogue: who followed one of them follows the one who stays, once."""

from collections.abc import Sequence

from books.merges import follows_merges
from watching.models import Watch


@follows_merges
def move_followers(keep_id: int, other_ids: Sequence[int]) -> None:
    followers = Watch.objects.filter(author__in=other_ids).values_list("user_id", flat=True).distinct()
    Watch.objects.bulk_create((Watch(user_id=user, author_id=keep_id) for user in followers), ignore_conflicts=True)
    Watch.objects.filter(author__in=other_ids).delete()
