"""Messages speak the language their person has chosen, whoever's request or worker writes them."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from functools import wraps

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import translation

from library_portal.outbox.registry import Delivered

Handler = Callable[[Delivered], None]


def speaking_to(user_id: int) -> AbstractContextManager[None]:
    """Around the words for this person."""
    chosen = get_user_model().objects.filter(pk=user_id).values_list("language", flat=True).first()
    return translation.override(chosen or settings.LANGUAGE_CODE)


def languages_of(user_ids: Collection[int]) -> dict[int, str]:
    """What to speak to each of these people."""
    chosen = get_user_model().objects.filter(pk__in=user_ids).values_list("pk", "language")
    return {user_id: language or settings.LANGUAGE_CODE for user_id, language in chosen}


def in_their_language(handler: Handler) -> Handler:
    """For a handler of an event whose `user_id` is the person it writes to; below `@subscribe`."""

    @wraps(handler)
    def speaking(delivered: Delivered) -> None:
        with speaking_to(delivered.payload["user_id"]):
            handler(delivered)

    return speaking
