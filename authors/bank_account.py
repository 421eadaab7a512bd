"""A bank account: an IBAN by its country's rules, and whose account it is."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from library_portal.errors import InvalidInput


class InvalidIban(InvalidInput):
    title = _("This is not an IBAN: please compare it with your bank statement.")

    def __init__(self) -> None:
        super().__init__(errors={"iban": [self.title]})


@dataclass(frozen=True)
class BankAccount:
    """The IBAN is kept without spaces, and neither value shows up in logs. Raises InvalidIban."""

    iban: str = field(repr=False)
    holder: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "iban", checked_iban(self.iban))


def checked_iban(text: str) -> str:
    """Without spaces. Length, check digits and, where the country has more rules, those. Raises InvalidIban."""
    try:
        return ibans.validate(text)
    except ValidationError:
        raise InvalidIban from None


def masked(iban: str) -> str:
    """`DE89 •••• •••• 3000`: enough for the owner to know it again."""
    return f"{iban[:4]} •••• •••• {iban[-4:]}"
