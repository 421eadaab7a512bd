"""What goes into and comes out of the authors' endpoints."""

from typing import Any

from rest_framework import serializers

from authors.bank_account import BankAccount, InvalidIban, checked_iban
from authors.chart import SPANS
from authors.forms import LONGEST_BIOGRAPHY, LONGEST_CITY, LONGEST_HOLDER, LONGEST_IBAN, LONGEST_LINK
from authors.queries import BANK_ACCOUNT_STATES
from books.goodreads import goodreads_link
from books.serializers import AuthorDetailOut


class BankAccountIn(serializers.Serializer):
    """Goes in and never comes out again, but for a few masked characters."""

    iban = serializers.CharField(max_length=LONGEST_IBAN, write_only=True)
    holder = serializers.CharField(max_length=LONGEST_HOLDER, write_only=True)

    def validate_iban(self, value: str) -> str:
        try:
            return checked_iban(value)
        except InvalidIban as refusal:
            raise serializers.ValidationError(str(refusal)) from None

    def to_internal_value(self, given: Any) -> Any:
        return BankAccount(**super().to_internal_value(given))


class AuthorIn(serializers.Serializer):
    """What is left out stays as it is."""

    biography = serializers.CharField(
        max_length=LONGEST_BIOGRAPHY, allow_blank=True, required=False, help_text="Plain text"
    )
    city = serializers.CharField(max_length=LONGEST_CITY, allow_blank=True, required=False)
    goodreads_url = serializers.URLField(
        max_length=LONGEST_LINK,
        allow_blank=True,
        required=False,
        validators=[goodreads_link],
        help_text="Begins with https://www.goodreads.com/",
    )
    bank_account = BankAccountIn(
        allow_null=True, required=False, help_text="By the author only, after `auth/confirm/`; null removes it"
    )


class BankAccountOut(serializers.Serializer):
    state = serializers.ChoiceField(choices=BANK_ACCOUNT_STATES)
    iban = serializers.CharField(help_text="Masked, for instance `DE89 •••• •••• 3000`; empty unless given")


class MonthOut(serializers.Serializer):
    starts_on = serializers.DateField(help_text="The month's first day")
    loans = serializers.IntegerField()


class BookLoansOut(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    recent_loans = serializers.IntegerField(help_text="In these months")
    loans_count = serializers.IntegerField(help_text="Ever")


class OwnAuthorOut(serializers.Serializer):
    author = AuthorDetailOut()
    bank_account = BankAccountOut()
    loans_by_month = MonthOut(many=True, help_text="Of all books together, the oldest month first")
    loans_by_book = BookLoansOut(many=True, help_text="The most lent first, at most 50")


class SpanIn(serializers.Serializer):
    months = serializers.IntegerField(min_value=1, max_value=SPANS[-1], default=SPANS[0])
