"""Which person is which author, and what that person may change (rules.md, "Accounts")."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

import accounts.queries
import accounts.services
import books.queries
import books.services
from accounts.roles import Role
from authors.bank_account import BankAccount
from authors.models import AuthorAccount
from authors.queries import NoAuthorAccount, own_author_id
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.encryption import Undecipherable
from library_portal.errors import Forbidden, PortalError
from library_portal.notifications import notify
from library_portal.notifications.models import Kind


class CannotBeAuthor(PortalError):
    code = "conflict"
    status = 409
    title = _("Only patrons with an open account can be linked: staff who write need a second account.")


class AlreadyLinked(PortalError):
    code = "conflict"
    status = 409
    title = _("This author, or this person, is linked already.")


class NotYourAuthor(Forbidden):
    title = _("Only the author may do this.")


@transaction.atomic
def link(*, author_id: int, user_id: int, now: datetime) -> AuthorAccount:
    """One person is one author, and has that role from now on: sessions with another role end.

    Raises NotFound, UserNotFound, CannotBeAuthor, AlreadyLinked.
    """
    books.queries.author_version(author_id=author_id)
    user = accounts.queries.user(user_id=user_id)
    if not (user.is_active and user.is_patron):
        raise CannotBeAuthor
    accounts.services.change_role(user_id=user_id, role=Role.AUTHOR, now=now)
    try:
        with transaction.atomic():
            account = AuthorAccount.objects.create(author_id=author_id, user_id=user_id, linked_at=now)
    except IntegrityError as error:
        raise AlreadyLinked from error
    audit.record(Action.AUTHOR_LINKED, whom_id=user_id, author_id=author_id)
    return account


@transaction.atomic
def unlink(*, user_id: int) -> None:
    """The bank account goes too. The role stays: it gives nothing by itself. Twice is no error."""
    own = AuthorAccount.objects.filter(user_id=user_id)
    author_id = own.select_for_update().values_list("author_id", flat=True).first()
    if author_id is not None:
        own.delete()
        audit.record(Action.AUTHOR_UNLINKED, whom_id=user_id, author_id=author_id)


@transaction.atomic
def edit_author(
    *, author_id: int, user_id: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """By the author or a librarian: any of `biography`, `city`, `goodreads_url`, and by the author `bank_account`
    (a BankAccount, or None to remove it). The caller has seen to it that the author's identity is confirmed.

    Raises NotYourAuthor, NotFound, StaleAuthor.
    """
    if own_author_id(user_id=user_id) != author_id and not _may_edit_all(user_id, changes):
        raise NotYourAuthor
    public: Any = {name: value for name, value in changes.items() if name != "bank_account"}
    books.services.update_author(author_id=author_id, changes=public, version=version)
    if "bank_account" in changes:
        set_bank_account(user_id=user_id, bank_account=changes["bank_account"], now=now)


def _may_edit_all(user_id: int, changes: Mapping[str, Any]) -> bool:
    return accounts.queries.user(user_id=user_id).is_staff and "bank_account" not in changes


@transaction.atomic
def set_bank_account(*, user_id: int, bank_account: BankAccount | None, now: datetime) -> None:
    """None removes it; saying the same again changes nothing. The person hears of it. Raises NoAuthorAccount."""
    if own_author_id(user_id=user_id) is None:
        raise NoAuthorAccount
    wanted = (bank_account.iban, bank_account.holder) if bank_account else ("", "")
    own = AuthorAccount.objects.filter(user_id=user_id)
    if _stored(user_id) == wanted:
        return
    own.update(iban=wanted[0], account_holder=wanted[1])
    audit.record(Action.BANK_ACCOUNT_CHANGED, whom_id=user_id, removed=bank_account is None)
    _tell(user_id, removed=bank_account is None, now=now)


def _stored(user_id: int) -> tuple[str, str] | None:
    """Under the row's lock; None for what no key reads any more, which may be said anew."""
    own = AuthorAccount.objects.select_for_update().filter(user_id=user_id)
    try:
        return own.values_list("iban", "account_holder").first()
    except Undecipherable:
        return None


def _tell(user_id: int, *, removed: bool, now: datetime) -> None:
    title = _("Your bank account was removed") if removed else _("Your bank account was changed")
    body = _("If that was not you, change your password at once and tell the library.")
    notify(
        user_id=user_id,
        kind=Kind.ACCOUNT,
        key=f"bank-account:{now.isoformat()}",
        title=title,
        body=body,
        url="/author/",
    )
