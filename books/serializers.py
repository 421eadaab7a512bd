"""What goes into and comes out of the catalogue's endpoints."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books.isbn import InvalidIsbn, isbn13
from books.languages import UnknownLanguage, language_code
from books.models import Book, Copy
from books.queries import AVAILABLE, STATUSES, UNAVAILABLE
from books.services.authorships import Credit

EARLIEST_YEAR, LATEST_YEAR = -5000, 2100
MOST_PEOPLE, MOST_GENRES, MOST_ISBNS = 100, 50, 50


class NamedOut(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class AuthorOfBookOut(NamedOut):
    role = serializers.CharField(help_text="Empty for the writer, else translator, illustrator and so on")


class CoverPictureOut(serializers.Serializer):
    """Addresses on this host; what is there never changes."""

    small = serializers.CharField(help_text="WebP, at most 240 pixels wide")
    large = serializers.CharField(help_text="WebP, at most 640 pixels wide")


class BookOut(serializers.Serializer):
    """A book as lists show it."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    series = serializers.CharField()
    authors = AuthorOfBookOut(many=True)
    genres = NamedOut(many=True)
    language = serializers.CharField(help_text="ISO 639 code")
    year = serializers.IntegerField(allow_null=True, help_text="First published; negative before our era")
    cover = serializers.ChoiceField(choices=[("", ""), *Book.Cover.choices], help_text="Binding")
    cover_url = serializers.CharField(help_text="Where a picture is to be had elsewhere")
    cover_picture = CoverPictureOut(allow_null=True)
    isbn = serializers.CharField(allow_null=True, help_text="The main one: ISBN-13 without hyphens")
    isbns = serializers.ListField(
        child=serializers.CharField(), help_text="All by which the book is found, the main one first"
    )
    rating = serializers.DecimalField(max_digits=3, decimal_places=2, allow_null=True)
    ratings_count = serializers.IntegerField()
    loans_count = serializers.IntegerField()
    daily_fee = serializers.DecimalField(max_digits=6, decimal_places=2)
    status = serializers.ChoiceField(choices=STATUSES)


class BookDetailOut(BookOut):
    """Everything of one book. `version` is what `If-Match` protects."""

    original_title = serializers.CharField()
    publisher = NamedOut(allow_null=True)
    pages = serializers.IntegerField(allow_null=True)
    description = serializers.CharField()
    price = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    is_lendable = serializers.BooleanField()
    copies_count = serializers.IntegerField(help_text="Copies that can be lent, on the shelf or not")
    free_copies = serializers.IntegerField()
    waiting_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class CreditIn(serializers.Serializer):
    name = serializers.CharField(max_length=300)
    role = serializers.CharField(max_length=30, allow_blank=True, required=False)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": 300},
            {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 300},
                    "role": {"type": "string", "maxLength": 30},
                },
            },
        ]
    }
)
class CreditField(serializers.Field):
    """A name, which keeps the role it has on the book, or `{"name", "role"}`; the writer's role is empty."""

    def to_internal_value(self, given: Any) -> Credit:
        credit = CreditIn(data=given if isinstance(given, dict) else {"name": given})
        credit.is_valid(raise_exception=True)
        return Credit(**credit.validated_data)


class IsbnField(serializers.CharField):
    """An ISBN-10 or ISBN-13 in any form, kept as ISBN-13."""

    def to_internal_value(self, given: Any) -> str:
        text = super().to_internal_value(given)
        try:
            return isbn13(text) if text else ""
        except InvalidIsbn as error:
            raise serializers.ValidationError(str(error)) from error


class BookIn(serializers.Serializer):
    """A whole book; what is left out of a POST or PUT is empty afterwards."""

    title = serializers.CharField(max_length=500)
    original_title = serializers.CharField(max_length=500, allow_blank=True, default="")
    subtitle = serializers.CharField(max_length=500, allow_blank=True, default="")
    series = serializers.CharField(max_length=300, allow_blank=True, default="")
    authors = serializers.ListField(
        child=CreditField(),
        max_length=MOST_PEOPLE,
        default=list,
        help_text="In order: names, or names with a role such as translator",
    )
    genres = serializers.ListField(
        child=serializers.CharField(max_length=120), max_length=MOST_GENRES, default=list, help_text="Names"
    )
    publisher = serializers.CharField(max_length=300, allow_blank=True, allow_null=True, default=None)
    language = serializers.CharField(max_length=35, allow_blank=True, default="", help_text="Any ISO 639 code or tag")
    year = serializers.IntegerField(min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, allow_null=True, default=None)
    pages = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True, default=None)
    cover = serializers.ChoiceField(choices=Book.Cover.choices, allow_blank=True, default="")
    cover_url = serializers.URLField(max_length=500, allow_blank=True, default="")
    isbn = IsbnField(
        max_length=20,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text="The main one: ISBN-10 or ISBN-13 in any form. Alone it takes the place of the main one there is",
    )
    isbns = serializers.ListField(
        child=IsbnField(max_length=20),
        max_length=MOST_ISBNS,
        default=list,
        help_text="All of them; the first is the main one unless `isbn` is given",
    )
    description = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    price = serializers.DecimalField(
        max_digits=8, decimal_places=2, min_value=Decimal(0), allow_null=True, default=None
    )
    daily_fee = serializers.DecimalField(
        max_digits=6, decimal_places=2, min_value=Decimal(0), default=settings.DEFAULT_DAILY_FEE
    )
    is_lendable = serializers.BooleanField(default=True)

    def validate_language(self, value: str) -> str:
        try:
            return language_code(value)
        except UnknownLanguage as error:
            raise serializers.ValidationError(str(error)) from error


class CoverIn(serializers.Serializer):
    picture = serializers.FileField(
        allow_empty_file=True, help_text="JPEG, PNG, WebP or GIF (of which the first frame)"
    )


class LendingIn(serializers.Serializer):
    """Whether the whole title is lent."""

    status = serializers.ChoiceField(choices=[AVAILABLE, UNAVAILABLE])


class CopyOut(serializers.Serializer):
    id = serializers.IntegerField()
    book_id = serializers.IntegerField()
    barcode = serializers.CharField()
    status = serializers.ChoiceField(choices=Copy.Status.choices)
    reason = serializers.ChoiceField(choices=[("", ""), *Copy.Reason.choices])
    created_at = serializers.DateTimeField()


class CopyIn(serializers.Serializer):
    barcode = serializers.CharField(max_length=40, allow_blank=True, default="", help_text="Empty: the next number")


class CopyChangeIn(serializers.Serializer):
    """Another barcode, or off the shelf (with the reason) and back. Lending goes through reservations."""

    barcode = serializers.CharField(max_length=40, required=False)
    status = serializers.ChoiceField(choices=[Copy.Status.AVAILABLE, Copy.Status.UNAVAILABLE], required=False)
    reason = serializers.ChoiceField(choices=Copy.Reason.choices, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if (asked.get("status") == Copy.Status.UNAVAILABLE) != ("reason" in asked):
            raise serializers.ValidationError({"reason": "A copy that is unavailable, and no other, needs a reason."})
        return asked


class AuthorOut(NamedOut):
    books_count = serializers.IntegerField()


class AuthorDetailOut(AuthorOut):
    """`version` is what `If-Match` protects."""

    biography = serializers.CharField(help_text="Plain text")
    city = serializers.CharField()
    goodreads_url = serializers.CharField()
    version = serializers.IntegerField()


class GenreOut(NamedOut):
    books_count = serializers.IntegerField()


class PublisherOut(NamedOut):
    books_count = serializers.IntegerField()


class NameIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)


class PublisherIn(NameIn):
    name = serializers.CharField(max_length=300)


class MergeIn(serializers.Serializer):
    others = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=20,
        help_text="Ids of those that go",
    )
