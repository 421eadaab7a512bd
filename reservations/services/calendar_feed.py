"""A patron's calendar feed: its address is secret, can be made anew, and ends when the patron wants."""

from django.db.models import F

from reservations.models import CalendarFeed


def renew_feed(*, user_id: int) -> CalendarFeed:
    """The first address, or a new one: the one before leads nowhere from now on."""
    feed, is_first = CalendarFeed.objects.get_or_create(user_id=user_id)
    if not is_first:
        CalendarFeed.objects.filter(pk=feed.pk).update(generation=F("generation") + 1)
        feed.refresh_from_db()
    return feed


def end_feed(*, user_id: int) -> None:
    """Twice is no error."""
    CalendarFeed.objects.filter(user_id=user_id).delete()
