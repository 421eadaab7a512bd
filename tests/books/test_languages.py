"""What readers call the languages of books."""

import pytest
from django.utils.translation import override

from books.languages import language_name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en", "English"),
        ("gd", "Scottish Gaelic"),
        ("zh", "Chinese"),
        ("grc", "Ancient Greek"),
        ("mul", "Several languages"),
        ("qaa", "qaa"),
    ],
)
def test_languages_are_called_by_their_name(code: str, name: str) -> None:
    assert language_name(code) == name


def test_names_are_in_the_readers_language() -> None:
    with override("fr"):
        assert language_name("de") == "Allemand"
