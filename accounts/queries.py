"""Reading people and sessions."""

import re
from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import to_python

from accounts.cards import user_id_on_card
from accounts.models import PATRON_ROLES, STAFF_ROLES, Authenticator, RecoveryCode, Role, Session, User
from library_portal.errors import NotFound

MOST_SESSIONS_SHOWN = 100
MOST_WORDS = 5
DOT_ABOVE = "\u0307"  # Python keeps that of a small İ, PostgreSQL may not


class UserNotFound(NotFound):
    title = _("There is no such person.")


def user(*, user_id: int) -> User:
    """Raises UserNotFound."""
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise UserNotFound
    return found


def active_among(*, user_ids: Collection[int]) -> set[int]:
    return set(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", flat=True))


def active_staff() -> list[int]:
    """Librarians and admins."""
    staff = User.objects.filter(role__in=STAFF_ROLES, is_active=True).order_by("pk")
    return list(staff.values_list("pk", flat=True))


def user_by_identifier(identifier: str) -> User | None:
    """The person whose username, e-mail (both in any case) or phone this is."""
    return User.objects.filter(_names(identifier)).first()


def user_to_log_in(identifier: str) -> User | None:
    """The same, but an address that somebody only named at sign-up leads to nobody. It gives way to its owner, so being
    able to log in with it would tell that it has none."""
    found, field = user_by_identifier(identifier), field_of(identifier)
    if found and field != "username" and found.self_registered and getattr(found, f"{field}_verified_at") is None:
        return None
    return found


def other_owner(*, address: str, user_id: int) -> User | None:
    """Who has this e-mail (in any case) or phone, other than that person and sign-ups that only named it."""
    return User.objects.filter(_names(address)).exclude(pk=user_id).exclude(_only_claims(address)).first()


def unconfirmed_claims(address: str) -> QuerySet[User]:
    """Who named this e-mail or phone at sign-up and never showed that it is theirs."""
    return User.objects.filter(_names(address), _only_claims(address))


def field_of(identifier: str) -> str:
    """Which of a person's three names this is: `phone`, `email` or `username`."""
    phone = to_python(identifier)
    if phone and phone.is_valid():
        return "phone"
    return "email" if "@" in identifier else "username"


def _only_claims(address: str) -> Q:
    unverified: Any = (f"{field_of(address)}_verified_at", None)
    return Q(unverified, self_registered=True)


def taken(user: User) -> dict[str, list[Any]]:
    """Which of this person's username, e-mail and phone belong to somebody else: field → what to say."""
    names = {"username": user.username, "email": user.email, "phone": user.phone and str(user.phone)}
    owners = {field: user_by_identifier(name) for field, name in names.items() if name}
    return {field: [_("Another account has this.")] for field, owner in owners.items() if owner and owner.pk != user.pk}


def people(*, text: str = "", contacts_of: Collection[str] = Role.values) -> QuerySet[User]:
    """Those whose account was not deleted, newest first."""
    return User.objects.filter(begins(text, contacts_of=contacts_of), erased_at=None).order_by("-pk")


def patrons() -> QuerySet[User]:
    """Who may borrow, newest first."""
    return people().filter(role__in=PATRON_ROLES)


def who_is_meant(text: str) -> User | None:
    """Whose card, id, username, e-mail or phone this is; staff are not found by addresses, which only admins see."""
    user_id = user_id_on_card(text) or (int(text) if re.fullmatch("[0-9]{1,18}", text) else 0)
    may_be_asked = Q() if field_of(text) == "username" else Q(role__in=PATRON_ROLES)
    return people().filter(Q(pk=user_id) | (_names(text) & may_be_asked)).first()


def who_may_be_meant(text: str, *, limit: int) -> list[User]:
    """Whose username or name begins so, or, of patrons, the e-mail or the phone; newest first."""
    return list(people(text=text, contacts_of=PATRON_ROLES)[:limit])


def begins(text: str, *, contacts_of: Collection[str] = Role.values) -> Q:
    """Each word begins the username, a name, the e-mail or the phone, as there are indexes for.

    The last two count only for people with the roles `contacts_of`: who may not see an address can't try it out either.
    """
    return Q(*(_begins(word.lower(), contacts_of) for word in text.split()[:MOST_WORDS]))


def _begins(word: str, contacts_of: Collection[str]) -> Q:
    of_name = (Q((f"{field}__lower__startswith", word)) for field in ("username", "first_name", "last_name"))
    contact = Q(email__lower__startswith=word) | Q(phone__startswith=word)
    return reduce(or_, of_name) | (contact & Q(role__in=contacts_of))


def newest_sessions(*, user_id: int) -> QuerySet[Session]:
    """Open and ended."""
    return Session.objects.filter(user_id=user_id).order_by("-created_at")


def folded(identifier: str) -> str:
    """One spelling for all those that find the same person: coarser than the database's idea of case."""
    if field_of(identifier) == "phone":
        return str(to_python(identifier).as_e164)
    return User.normalize_username(identifier.strip()).casefold().replace(DOT_ABOVE, "")


def _names(identifier: str) -> Q:
    field = field_of(identifier)
    if field == "phone":
        return Q(phone=to_python(identifier))
    spelling = identifier.strip() if field == "email" else User.normalize_username(identifier.strip())
    return Q((f"{field}__lower", Lower(Value(spelling))))


def open_sessions(*, user_id: int, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(user_id=user_id, ended_at=None, expires_at__gt=now).order_by("-last_used_at")


def authenticator(*, user_id: int) -> Authenticator | None:
    """The app in use: one whose first code was never given does not count. Its key is read only when asked for."""
    return Authenticator.objects.filter(user_id=user_id, confirmed_at__isnull=False).defer("secret").first()


def recovery_codes_left(*, user_id: int) -> int:
    return RecoveryCode.objects.filter(user_id=user_id, used_at=None).count()
