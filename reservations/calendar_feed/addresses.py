"""The secret address of a feed: its id and generation, signed. The id of a feed that was ended comes never again."""

from django.core.signing import BadSignature, Signer

from library_portal.public import public_page
from reservations.models import CalendarFeed

_signer = Signer(salt="reservations.calendar_feed", sep=".")


def address_of(feed: CalendarFeed) -> str:
    return public_page("calendar-feed", token_of(feed))


def token_of(feed: CalendarFeed) -> str:
    return _signer.sign(f"{feed.pk}-{feed.generation}")


def feed_at(token: str) -> CalendarFeed | None:
    """None for what was forged, renewed or ended since, and for accounts that are closed."""
    try:
        pk, generation = _signer.unsign(token).split("-")
    except BadSignature:
        return None
    return CalendarFeed.objects.filter(pk=pk, generation=generation, user__is_active=True).first()
