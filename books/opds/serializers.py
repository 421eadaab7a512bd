"""What may be asked of the feeds. What can't be understood is refused."""

from rest_framework import serializers

from books.opds.feeds import ORDERS
from books.search.querying import LONGEST_QUERY

HIGHEST_ID = 2**63 - 1
DEEPEST_PAGE = 500


class IdField(serializers.IntegerField):
    def __init__(self) -> None:
        super().__init__(min_value=1, max_value=HIGHEST_ID, required=False)


class PlaceIn(serializers.Serializer):
    """A page of a long list: behind a row, or before one."""

    after = IdField()
    before = IdField()


class BooksIn(PlaceIn):
    order = serializers.ChoiceField(choices=list(ORDERS), default="new")
    author = IdField()
    genre = IdField()
    publisher = IdField()
    language = serializers.RegexField(r"^[a-z]{2,8}$", required=False)


class SearchIn(serializers.Serializer):
    query = serializers.CharField(max_length=LONGEST_QUERY)
    page = serializers.IntegerField(min_value=1, max_value=DEEPEST_PAGE, default=1)
