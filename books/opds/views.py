"""The feeds' addresses. Everybody reads the same, so answers are kept until the catalogue changes."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from books import caches
from books.api.answers import kept, kept_list
from books.opds import feeds, navigation
from books.opds.links import FEED, PUBLICATION
from books.opds.publications import publication
from books.opds.serializers import BooksIn, PlaceIn, SearchIn
from books.queries import book_detail


class Feed(APIView):
    """One feed; `asks` says what it may be asked."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    schema = None
    asks: type[serializers.Serializer] = serializers.Serializer
    build: Callable[[dict[str, Any]], feeds.Feed]

    def get(self, request: Request) -> HttpResponse:
        given = self.asks(data=request.query_params)
        given.is_valid(raise_exception=True)
        return kept_list(request, lambda: type(self).build(given.validated_data), content_type=FEED)


class Catalogue(Feed):
    build = staticmethod(lambda _asked: feeds.catalogue())


class Books(Feed):
    asks, build = BooksIn, staticmethod(feeds.books_feed)


class Search(Feed):
    asks, build = SearchIn, staticmethod(feeds.search_feed)


class Genres(Feed):
    asks, build = PlaceIn, staticmethod(navigation.genres_feed)


class Authors(Feed):
    asks, build = PlaceIn, staticmethod(navigation.authors_feed)


class Languages(Feed):
    build = staticmethod(lambda _asked: navigation.languages_feed())


class Publication(APIView):
    """One book. Raises BookNotFound."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    schema = None

    def get(self, request: Request, pk: int) -> HttpResponse:
        scope = caches.book_scope(pk)
        return kept(request, scope, lambda: publication(book_detail(book_id=pk)), content_type=PUBLICATION)
