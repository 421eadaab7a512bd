"""What goes into and comes out of `watches/`."""

from typing import Any

from rest_framework import serializers

from books.queries import STATUSES
from watching.queries import KINDS

MAX_ID = 2**63 - 1


class WatchIn(serializers.Serializer):
    """A book or an author."""

    book = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False, help_text="The book's id")
    author = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False, help_text="The author's id")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if len(asked) != 1:
            raise serializers.ValidationError({"book": "Name a book or an author, and not both."})
        return asked


class WatchedAuthorOut(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class WatchedBookOut(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    authors = serializers.SerializerMethodField()
    cover = serializers.CharField(source="cover_url")
    status = serializers.ChoiceField(choices=STATUSES)

    def get_authors(self, book: dict[str, Any]) -> list[str]:
        return [author["name"] for author in book["authors"]]


class WatchOut(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=KINDS)
    book = WatchedBookOut(allow_null=True, help_text="null unless a book is watched")
    author = WatchedAuthorOut(allow_null=True, help_text="null unless an author is followed")
    created_at = serializers.DateTimeField()
