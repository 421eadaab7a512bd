from django import template

from subscriptions.models import LedgerEntry
from subscriptions.references import Meaning

register = template.Library()


@register.simple_tag
def meaning_of(meanings: dict[int, Meaning], entry: LedgerEntry) -> Meaning | None:
    return meanings.get(entry.pk)
