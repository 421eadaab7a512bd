from django import template

from subscriptions.forms import PROVIDER_NAMES
from subscriptions.models import Debt, LedgerEntry
from subscriptions.references import Meaning

register = template.Library()


@register.simple_tag
def meaning_of(meanings: dict[int, Meaning], entry: LedgerEntry | Debt) -> Meaning | None:
    return meanings.get(entry.pk)


@register.filter
def provider_name(code: str) -> str:
    """As people know it; one that is offered no longer is still named."""
    return str(PROVIDER_NAMES.get(code, code))
