"""Plans and money of the demo people, for development."""

from datetime import datetime
from decimal import Decimal

import subscriptions.services

PLANS = {"reader-free": "FREE", "reader-plus": "PLUS", "reader-premium": "PREMIUM"}
STARTING_BALANCE = Decimal("50.00")


def equip_demo_people(*, user_ids: dict[str, int], now: datetime) -> None:
    """Give each demo reader a plan and $50, once."""
    for username, plan_code in PLANS.items():
        user_id = user_ids[username]
        credited = subscriptions.services.adjust(
            user_id=user_id, amount=STARTING_BALANCE, reason="Demo money", key=f"demo:{user_id}"
        )
        if credited:
            subscriptions.services.set_plan(user_id=user_id, plan_code=plan_code, now=now)
