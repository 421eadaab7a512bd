"""What a password must be besides the rules of Django."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Everybody who wants in here tries these first.
WORDS_OF_THIS_PLACE = ("library", "librarian", "portal", "admin", "reader", "patron", "books", "book", "welcome")
MIN_LENGTH = 8


class WordsOfThisPlaceDoNotCount:
    """`library2024!` is as short as `2024!`: words that everybody thinks of here add nothing to the length."""

    def validate(self, password: str, user: object = None) -> None:
        rest = password.casefold()
        for word in WORDS_OF_THIS_PLACE:
            rest = rest.replace(word, "")
        if len(rest) < MIN_LENGTH <= len(password):
            raise ValidationError(self.get_help_text(), code="password_of_this_place")

    def get_help_text(self) -> str:
        return _("Words such as “library”, “portal” or “book” don't count: the password is too short without them.")
