from django import template

from subscriptions.models import AdjustmentRequest

register = template.Library()


@register.simple_tag
def adjustments_waiting() -> int:
    """How many need the word of a second admin."""
    return AdjustmentRequest.objects.filter(decision=AdjustmentRequest.Decision.WAITING).count()
