"""Authenticator apps in use, and the codes they show."""

from datetime import datetime, timedelta

import factory
import pyotp
from django.utils import timezone

from accounts.models import Authenticator, User
from accounts.services.recovery_codes import replace_recovery_codes
from tests.factories.accounts import UserFactory


class AuthenticatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Authenticator

    user = factory.SubFactory(UserFactory)
    secret = factory.LazyFunction(pyotp.random_base32)
    confirmed_at = factory.LazyFunction(timezone.now)


def code_of(secret: str, *, now: datetime | None = None, steps: int = 0) -> str:
    """What the app shows, so many steps of 30 seconds later."""
    return pyotp.TOTP(secret).at((now or timezone.now()) + timedelta(seconds=30 * steps))


def wrong_code_of(secret: str) -> str:
    """Six digits that the app shows at no time near now."""
    near = {code_of(secret, steps=steps) for steps in range(-5, 20)}
    return next(code for code in (f"{number:06}" for number in range(100)) if code not in near)


def recovery_codes_of(user: User) -> list[str]:
    return replace_recovery_codes(user=user)
