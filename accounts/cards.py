"""The number on a reader's card: P, the person's number, a check digit (Luhn), so that a slip of the hand is nobody."""

import re

from stdnum import luhn

_CARD = re.compile(r"P([0-9]{7,19})")


def card_number(user_id: int) -> str:
    digits = f"{user_id:06d}"
    return f"P{digits}{luhn.calc_check_digit(digits)}"


def user_id_on_card(text: str) -> int | None:
    """None for what is no card's number."""
    found = _CARD.fullmatch(text.upper())
    return int(found[1][:-1]) if found and luhn.is_valid(found[1]) else None
