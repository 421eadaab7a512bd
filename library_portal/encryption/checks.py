"""`check --deploy`: keys that keep what they are meant to keep."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

SHORTEST_KEY = 32


@register(Tags.security, deploy=True)
def keys_are_strong(**_kwargs: Any) -> list[CheckMessage]:
    if all(len(key) >= SHORTEST_KEY for key in settings.ENCRYPTION_KEYS):
        return []
    return [Warning(f"A key of ENCRYPTION_KEYS has less than {SHORTEST_KEY} characters", id="encryption.W001")]


@register(Tags.security, deploy=True)
def keys_are_their_own(**_kwargs: Any) -> list[CheckMessage]:
    others = {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, settings.ONE_TIME_CODE_KEY, settings.TOKEN_KEY}
    if others.isdisjoint(settings.ENCRYPTION_KEYS):
        return []
    return [Warning("A key of ENCRYPTION_KEYS has another use: who gets one gets both", id="encryption.W002")]
