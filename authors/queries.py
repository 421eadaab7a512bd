"""Reading who is which author, and what may be shown of a bank account."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from authors.bank_account import masked
from authors.models import AuthorAccount
from library_portal.encryption import Undecipherable, decrypt
from library_portal.errors import NotFound

SECRET = ("iban", "account_holder")
NONE, GIVEN, UNREADABLE = BANK_ACCOUNT_STATES = ("none", "given", "unreadable")


class NoAuthorAccount(NotFound):
    title = _("Your account is not linked to an author of the catalogue.")


@dataclass(frozen=True)
class ShownBankAccount:
    """`state` is `none`, `given` or `unreadable` (its key is missing); `iban` is masked, empty unless given."""

    state: str
    iban: str = ""


def own_author_id(*, user_id: int) -> int | None:
    """The catalogue author this person is; None also without the role, or when the account is closed."""
    own = AuthorAccount.objects.filter(user_id=user_id, user__role=Role.AUTHOR, user__is_active=True)
    return own.values_list("author_id", flat=True).first()


def linked_accounts() -> QuerySet[AuthorAccount]:
    """By the author's name, without what is secret of them."""
    return AuthorAccount.objects.select_related("author", "user").defer(*SECRET).order_by("author__name", "pk")


def shown_bank_accounts(*, account_ids: Collection[int]) -> dict[int, ShownBankAccount]:
    """By account. One that can't be read hides none of the others."""
    kept = AuthorAccount.objects.filter(pk__in=account_ids).annotate(ciphertext=Cast("iban", TextField()))
    return {pk: _shown(ciphertext) for pk, ciphertext in kept.values_list("pk", "ciphertext")}


def _shown(ciphertext: str) -> ShownBankAccount:
    if not ciphertext:
        return ShownBankAccount(NONE)
    try:
        return ShownBankAccount(GIVEN, masked(decrypt(ciphertext)))
    except Undecipherable:
        return ShownBankAccount(UNREADABLE)


def shown_bank_account(*, user_id: int) -> ShownBankAccount:
    account = AuthorAccount.objects.filter(user_id=user_id).values_list("pk", flat=True).first()
    return shown_bank_accounts(account_ids=[account])[account] if account else ShownBankAccount(NONE)
