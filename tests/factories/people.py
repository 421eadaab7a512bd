"""People ready to act: a patron with a plan and money, a librarian."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import subscriptions.services
from accounts.models import Role, User
from accounts.roles import join_group

numbers = count(1)


def person(role: str = Role.CUSTOMER, username: str = "") -> User:
    username = username or f"person-{next(numbers)}"
    user = User(
        username=username,
        email=f"{username}@library.example",
        email_verified_at=datetime.now(UTC),
        role=role,
        is_superuser=role == Role.ADMIN,
        second_step=role in (Role.LIBRARIAN, Role.ADMIN),
    )
    user.set_unusable_password()
    user.save()
    join_group(user)
    return user


def patron(*, plan: str = "FREE", balance: str = "50.00", username: str = "") -> User:
    user = person(username=username)
    if plan != "FREE":
        subscriptions.services.set_plan(user_id=user.pk, plan_code=plan, now=datetime.now(UTC))
    if Decimal(balance):
        subscriptions.services.adjust(
            user_id=user.pk, amount=Decimal(balance), reason="test", key=f"test:{user.pk}:start"
        )
    return user


def librarian() -> User:
    return person(Role.LIBRARIAN)
