"""The number on a reader's card: scanned or typed, and refused when a digit is wrong."""

import pytest

from accounts.cards import card_number, user_id_on_card


@pytest.mark.parametrize(("user_id", "card"), [(1, "P0000018"), (4711, "P0047118"), (12345678, "P123456782")])
def test_a_card_names_its_reader(user_id: int, card: str) -> None:
    assert (card_number(user_id), user_id_on_card(card), user_id_on_card(card.lower())) == (card, user_id, user_id)


def test_each_single_wrong_digit_is_noticed() -> None:
    card = card_number(4711)
    wrong = {card[:place] + digit + card[place + 1 :] for place in range(1, len(card)) for digit in "0123456789"}
    assert {user_id_on_card(one) for one in wrong - {card}} == {None}


@pytest.mark.parametrize("text", ["", "P", "4711", "LP0000018", "P" + "9" * 40, "P٠٠٠٠٠١٨"])
def test_what_is_no_card_names_nobody(text: str) -> None:
    assert user_id_on_card(text) is None
