"""What the pages say when lending refuses something, and the way out of it."""

from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError
from reservations.standing import Blocked, DurationTooLong, LimitReached, QuotaReached, TooManyPending
from subscriptions.services import InsufficientFunds

SHELF, WALLET = ("shelf", _("See your shelf")), ("wallet", _("Open your wallet"))
PLANS = ("my-plan", _("Compare plans"))
WAYS: dict[type[PortalError], tuple[tuple[str, str | Promise], ...]] = {
    Blocked: (SHELF, WALLET),
    TooManyPending: (SHELF,),
    LimitReached: (PLANS,),
    QuotaReached: (PLANS,),
    DurationTooLong: (PLANS,),
}


def explained(refusal: PortalError, *, back: str) -> SafeString:
    """The refusal in its words, with links to where it can be mended; from the wallet one comes `back`."""
    words = refusal.extra.get("errors", {"": [refusal.detail]})
    sentence = " ".join(str(text) for texts in words.values() for text in texts)
    return format_html("{} {}", sentence, links) if (links := _links(refusal, back)) else format_html("{}", sentence)


def _links(refusal: PortalError, back: str) -> SafeString:
    if isinstance(refusal, InsufficientFunds):
        missing = max(Decimal(refusal.extra["shortfall"]), settings.TOP_UP_MIN)
        there = urlencode({"amount": missing, "next": back})
        return format_html('<a href="{}?{}">{}</a>', reverse("wallet"), there, _("Top up your wallet"))
    ways = [(reverse(name), words) for name, words in WAYS.get(type(refusal), ()) if reverse(name) != back]
    return format_html_join(" · ", '<a href="{}">{}</a>', ways)
