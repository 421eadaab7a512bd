"""How much of a plan's limits is used: plans know no loans, so lending tells their page."""

from django import template
from django.utils import timezone

from reservations.standing import Standing, standing_of

register = template.Library()


@register.simple_tag
def usage_of(user_id: int) -> Standing:
    return standing_of(user_id=user_id, now=timezone.now())
