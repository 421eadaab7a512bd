"""`Idempotency-Key`: a POST that is sent again gets the first answer, and is not carried out twice (api.md)."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from library_portal.api.effects import IdempotencyInProgress, serve, serve_nobody, still_claimed
from library_portal.api.models import KeptAnswer
from library_portal.errors import InvalidInput, PortalError
from library_portal.outbox import Event

KEY_HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
# Longer than any request may run: after it, a key whose process died is free again.
LEASE = timedelta(seconds=60)
NOT_KEPT = frozenset({429})
# What was done is done and gets its answer all the same: without a kept one the claim's lease ends by itself.
DATABASE_AWAY = (OperationalError, InterfaceError)


class IdempotencyMismatch(PortalError):
    code = "idempotency_mismatch"
    status = 422
    title = _("This key was already used with another request.")


class Replay(Exception):
    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        super().__init__()


def claim(*, user_id: int, path: str, key: str, body: bytes, now: datetime) -> KeptAnswer:
    """Reserve the key for this request for `LEASE`.

    What comes back may have `effects`: those of a first request that was cut short.

    Raises Replay when its answer is kept, IdempotencyMismatch for another body, IdempotencyInProgress while it runs.
    """
    body_hash = hashlib.sha256(body).hexdigest()
    fresh = {"body_hash": body_hash, "status": None, "content": b"", "claimed_at": now, "effects": []}
    with transaction.atomic():
        kept, created = KeptAnswer.objects.select_for_update().get_or_create(
            user_id=user_id, path=path, key=key, defaults=fresh
        )
        if created:
            return kept
        if kept.claimed_at > now - KEPT_FOR:
            _refuse_or_replay(kept, body_hash, now)
            fresh = {"claimed_at": now}
        for name, value in fresh.items():
            setattr(kept, name, value)
        kept.save(update_fields=fresh)
    return kept


def _refuse_or_replay(kept: KeptAnswer, body_hash: str, now: datetime) -> None:
    if kept.body_hash != body_hash:
        raise IdempotencyMismatch
    if kept.status is not None:
        raise Replay(_answer(kept))
    if kept.claimed_at > now - LEASE:
        raise IdempotencyInProgress


def _answer(kept: KeptAnswer) -> HttpResponse:
    headers = {"Idempotency-Replayed": "true"} | ({"Location": kept.location} if kept.location else {})
    return HttpResponse(
        bytes(kept.content), status=kept.status, content_type=kept.content_type or None, headers=headers
    )


def keep(claimed: KeptAnswer, response: HttpResponse) -> None:
    """Keep the answer under the claimed key; a claim that another request took over meanwhile is left alone."""
    still_claimed(claimed).update(
        status=response.status_code,
        content=response.content,
        content_type=response.get("Content-Type", ""),
        location=response.get("Location", ""),
    )


def release(claimed: KeptAnswer) -> None:
    """There is no answer to keep: the key is free again, and what was done under it stays known."""
    unanswered = still_claimed(claimed).filter(status=None)
    unanswered.filter(effects=[]).delete()
    unanswered.update(claimed_at=F("claimed_at") - LEASE)


def forget_old(*, now: datetime) -> int:
    """Delete answers older than `KEPT_FOR`; returns how many."""
    return KeptAnswer.objects.filter(claimed_at__lt=now - KEPT_FOR).delete()[0]


# Mixin before APIView: its POSTs honour the `Idempotency-Key` header of logged-in callers. What a killed process leaves
# behind blocks its key for `LEASE`; whoever repeats the request after that gets to know by `done` what is done already,
# where the view names the event that stands for its `deed`.
# (No docstring: it would show in the API's documentation of every view.)
class Idempotent:
    deed: type[Event] | None = None
    _claimed: KeptAnswer | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        finally:
            serve_nobody()
            if self._claimed is not None:
                with suppress(*DATABASE_AWAY):
                    release(self._claimed)

    def done(self) -> list[Any]:
        """The deeds of this very request, when it came for the first time and was cut short."""
        return [self.deed(**payload) for payload in self._claimed.effects] if self._claimed and self.deed else []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(KEY_HEADER)
        if key is not None and request.method == "POST" and request.user.pk is not None:
            if not 1 <= len(key) <= 255 or not key.isprintable():
                raise InvalidInput(errors={KEY_HEADER: [_("1 to 255 printable characters are expected.")]})
            self._claimed = claim(
                user_id=request.user.pk, path=request.path, key=key, body=request.body, now=timezone.now()
            )
            if self.deed is not None:
                serve(self._claimed, self.deed)

    def handle_exception(self, exc: Exception) -> HttpResponse:
        if isinstance(exc, Replay):
            return exc.response
        return super().handle_exception(exc)  # type: ignore[misc]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if self._claimed is not None and response.status_code < 500 and response.status_code not in NOT_KEPT:
            answer = response.render() if isinstance(response, Response) else response
            with suppress(*DATABASE_AWAY):
                keep(self._claimed, answer)
            self._claimed = None
        return response
