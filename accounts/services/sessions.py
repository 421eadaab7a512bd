"""Sessions: opened by a login, kept going by refresh tokens, ended for good."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import queries, tokens
from accounts.known_devices import Device, remember_place
from accounts.models import Session, User
from accounts.sessions import expiry, forget_open
from accounts.tokens import TokenPair, TokenRevoked
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import NotFound

LOGGED_OUT = "logged out"
REUSED = "refresh token used twice"


def open_session(*, user: User, channel: str, device: Device, now: datetime) -> Session:
    """`channel` is one of `Session.Channel`. From now on the place is one that the person is known at."""
    remember_place(user_id=user.pk, address=device.address)
    return Session.objects.create(
        user=user,
        channel=channel,
        user_agent=device.user_agent[:300],
        address=device.address,
        created_at=now,
        last_used_at=now,
        confirmed_at=now,
        expires_at=expiry(channel=channel, role=user.role, opened_at=now, used_at=now),
    )


def issue_tokens(*, session: Session, user: User, now: datetime) -> TokenPair:
    """A new pair for this session; the refresh tokens before it are worth nothing from now on."""
    pair = tokens.issue_pair(session_id=session.pk, user_id=user.pk, role=user.role, now=now)
    session.refresh_id, session.last_used_at = pair.refresh_id, now
    session.expires_at = expiry(channel=session.channel, role=user.role, opened_at=session.created_at, used_at=now)
    session.save(update_fields=["refresh_id", "last_used_at", "expires_at"])
    return pair


def refresh_tokens(*, refresh: str, now: datetime) -> TokenPair:
    """A new pair for a refresh token that is used for the first time, until the session is as old as it may get.

    Its second use ends the session, for a thief and its owner alike. Raises NotAuthenticated, TokenRevoked.
    """
    claims = tokens.read_refresh(refresh)
    with transaction.atomic():
        session = (
            Session.objects.select_for_update(of=["self"])
            .select_related("user")
            .filter(pk=claims["sid"], ended_at=None, expires_at__gt=now, user__is_active=True)
            .first()
        )
        if session and session.refresh_id == claims["jti"]:
            return issue_tokens(session=session, user=session.user, now=now)
    if session:
        _end_as_stolen(session, now)
    raise TokenRevoked


def _end_as_stolen(session: Session, now: datetime) -> None:
    with transaction.atomic():
        if _end(Session.objects.filter(pk=session.pk), reason=REUSED, now=now):
            audit.record(Action.REFRESH_TOKEN_REUSED, whom_id=session.user_id)


def end_session(*, session_id: UUID | str, now: datetime, reason: str = LOGGED_OUT) -> None:
    """Its tokens and its web cookie are refused from the next request on. Ending twice changes nothing."""
    with transaction.atomic():
        _end(Session.objects.filter(pk=session_id), reason=reason, now=now)


def end_own_session(*, user_id: int, session_id: UUID, now: datetime) -> None:
    """Raises NotFound when this person has no such open session."""
    with transaction.atomic():
        if not _end(queries.open_sessions(user_id=user_id, now=now).filter(pk=session_id), reason=LOGGED_OUT, now=now):
            raise NotFound


def end_all_sessions(*, user_id: int, now: datetime, reason: str, kept_id: UUID | str | None = None) -> int:
    """All but the one to be kept. How many were open."""
    ending = queries.open_sessions(user_id=user_id, now=now)
    with transaction.atomic():
        return _end(ending.exclude(pk=kept_id) if kept_id else ending, reason=reason, now=now)


def forget_old_sessions(*, now: datetime) -> int:
    """Those that ended or expired long enough ago that nobody asks for them any more. How many there were."""
    before = now - timedelta(days=settings.OLD_SESSIONS_KEPT_DAYS)
    old = Session.objects.filter(Q(ended_at__lt=before) | Q(expires_at__lt=before), last_used_at__lt=before)
    return old.delete()[0]


def _end(sessions: QuerySet[Session], *, reason: str, now: datetime) -> int:
    """People are locked before their sessions, as whoever changes an account does (docs/locking.md)."""
    sessions = sessions.filter(ended_at=None).order_by("pk")
    people = User.objects.filter(pk__in=sessions.order_by().values("user_id")).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))
    locked = sessions.select_for_update(of=["self"])
    owners = dict(locked.values_list("pk", "user_id"))
    Session.objects.filter(pk__in=owners).update(ended_at=now, end_reason=reason)
    forget_open(owners)
    transaction.on_commit(lambda: forget_open(owners))  # once more, should Redis have forgotten it meanwhile
    for user_id, ended in Counter(owners.values()).items():
        audit.record(Action.SESSION_ENDED, whom_id=user_id, reason=reason, sessions=ended)
    return len(owners)
