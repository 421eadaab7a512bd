"""Template tags of the circulation desk: barcodes, readers' cards, and the short name on a hold slip."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from accounts.cards import card_number as number_of
from books.barcodes import code128_svg
from books.labels import NotForCode128
from reservations.desk.readers import name_on_slip
from reservations.desk.refusals import in_staff_words

register = template.Library()


@register.filter
def barcode(text: str) -> SafeString | str:
    """Code 128 as an inline picture; nothing for what can't be printed so."""
    try:
        return code128_svg(text)
    except NotForCode128:
        return ""


@register.filter
def card_number(user_id: int) -> str:
    """What is on a reader's card, for `barcode` to draw."""
    return number_of(user_id)


register.filter("in_staff_words", in_staff_words)


@register.filter
def slip_name(user: Any) -> str:
    return name_on_slip(user)
