"""Reading who is which author, and what may be shown of a bank account."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from authors.bank_account import masked
from authors.models import AuthorAccount
from library_portal.encryption import Undecipherable
from library_portal.errors import NotFound

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


def shown_bank_account(*, user_id: int) -> ShownBankAccount:
    try:
        iban = AuthorAccount.objects.filter(user_id=user_id).values_list("iban", flat=True).first()
    except Undecipherable:
        return ShownBankAccount(UNREADABLE)
    return ShownBankAccount(GIVEN, masked(iban)) if iban else ShownBankAccount(NONE)
