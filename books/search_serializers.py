"""What goes into and comes out of search and suggestions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books.languages import UnknownLanguage, language_code
from books.models import Book
from books.queries import STATUSES
from books.serializers import EARLIEST_YEAR, LATEST_YEAR, BookOut
from books.wanted import contradictions


class SuggestionOut(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["title", "author"])
    id = serializers.IntegerField(help_text="Of the book or the author")
    text = serializers.CharField()


class SearchIn(serializers.Serializer):
    """Filters by genre, author and publisher take an id or a name."""

    q = serializers.CharField(max_length=200, allow_blank=True, default="")
    author = serializers.CharField(max_length=300, required=False)
    genre = serializers.CharField(max_length=120, required=False)
    category = serializers.CharField(max_length=120, required=False, help_text="The same as genre")
    publisher = serializers.CharField(max_length=300, required=False)
    language = serializers.CharField(max_length=35, required=False, help_text="Any ISO 639 code or tag")
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    cover = serializers.ChoiceField(choices=Book.Cover.choices, required=False)
    year_min = serializers.IntegerField(min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, required=False)
    year_max = serializers.IntegerField(min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, required=False)
    sort = serializers.ChoiceField(choices=["relevance", "newest", "title", "popular"], default="relevance")
    facets = serializers.BooleanField(default=False)
    page = serializers.IntegerField(min_value=1, max_value=10_000, default=1)
    cursor = serializers.CharField(
        max_length=4_000, required=False, help_text="Out of `next` or `previous`, which lead on beyond any page"
    )
    page_size = serializers.IntegerField(min_value=1, max_value=100, default=20)

    def validate_language(self, value: str) -> str:
        try:
            return language_code(value)
        except UnknownLanguage as error:
            raise serializers.ValidationError(str(error)) from error

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if errors := contradictions(asked):
            raise serializers.ValidationError(errors)
        return asked


class HitOut(BookOut):
    score = serializers.FloatField()
    highlighted_title = serializers.CharField(help_text="HTML: the words found stand in <mark>")


class FacetOut(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()


@extend_schema_field(serializers.DictField(child=FacetOut(many=True)))
class FacetsField(serializers.Field):
    """Kind (genre, author, publisher, language, decade, availability) → how many hits have which value."""


class SearchOut(serializers.Serializer):
    """`next` and `previous` continue where this page ends and begins, however deep that is."""

    count = serializers.IntegerField(help_text="Exact below 10,000; of the index, which may be seconds behind")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitOut(many=True)
    facets = FacetsField(help_text="Empty unless asked for")
    did_you_mean = serializers.CharField()
    store = serializers.CharField()
    degraded = serializers.BooleanField(help_text="The index proper is away, PostgreSQL answers")
