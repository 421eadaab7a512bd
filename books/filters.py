"""What a list of books can be narrowed to, and in which orders it comes (api.md, "books/")."""

from typing import Any

import django_filters
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Exists, F, Func, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from books.models import Authorship, Book, Genre, Publisher
from books.queries import STATUSES
from books.search.queries import search_books
from books.search.querying import LONGEST_QUERY

EARLIEST_YEAR, LATEST_YEAR = -5000, 2100
FOUND_AT_MOST = 300
ORDERS = {
    "title": (F("title").asc(), F("pk").asc()),
    "-title": (F("title").desc(), F("pk").desc()),
    "year": (F("year").asc(nulls_last=True), F("pk").asc()),
    "-year": (F("year").desc(nulls_last=True), F("pk").desc()),
    "created_at": (F("created_at").asc(), F("pk").asc()),
    "-created_at": (F("created_at").desc(), F("pk").desc()),
    "popular": (F("loans_count").desc(), F("ratings_count").desc(), F("pk").desc()),
    "rating": (F("rating").desc(nulls_last=True), F("pk").desc()),
}
NEWEST = ORDERS["-created_at"]


class BookFilter(django_filters.FilterSet):
    """Author, genre (= category) and publisher by id or name."""

    q = django_filters.CharFilter(
        method="find", max_length=LONGEST_QUERY, label=_("words; the best %(count)d matches") % {"count": FOUND_AT_MOST}
    )
    author = django_filters.CharFilter(method="by_author", max_length=300, label=_("author, by id or name"))
    genre = django_filters.CharFilter(method="by_genre", max_length=120, label=_("genre, by id or name"))
    category = django_filters.CharFilter(method="by_genre", max_length=120, label=_("the same as genre"))
    publisher = django_filters.CharFilter(method="by_publisher", max_length=300, label=_("publisher, by id or name"))
    language = django_filters.CharFilter(lookup_expr="exact", max_length=8, label=_("ISO 639 code"))
    year_min = django_filters.NumberFilter(
        "year", "gte", min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, label=_("first published in or after")
    )
    year_max = django_filters.NumberFilter(
        "year", "lte", min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, label=_("first published in or before")
    )
    status = django_filters.ChoiceFilter(choices=[(status, status) for status in STATUSES])
    cover = django_filters.ChoiceFilter(choices=Book.Cover.choices)
    ordering = django_filters.ChoiceFilter(method="in_order", choices=[(order, order) for order in ORDERS])

    class Meta:
        model = Book
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Book]) -> QuerySet[Book]:
        """Newest first, unless another order or a search says otherwise."""
        return super().filter_queryset(queryset.order_by(*NEWEST))

    def find(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        hits = search_books(text=value, page_size=FOUND_AT_MOST).hits
        ids = [hit.document.book_id for hit in hits]
        return queryset.filter(pk__in=ids).order_by(_place_in(ids))

    def by_author(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        named = Q(author=_id(value)) if _id(value) else Q(author__name=value)
        return queryset.filter(Exists(Authorship.objects.filter(named, book=OuterRef("pk"))))

    def by_genre(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        entries = Book.genres.through.objects.filter(book=OuterRef("pk"), genre__in=_named(Genre, value))
        return queryset.filter(Exists(entries))

    def by_publisher(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        return queryset.filter(publisher__in=_named(Publisher, value))

    def in_order(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        return queryset.order_by(*ORDERS[value])


def _named(model: type[Genre] | type[Publisher], value: str) -> QuerySet[Any]:
    """Names are found by their index on lower(name)."""
    if _id(value):
        return model.objects.filter(pk=_id(value))
    return model.objects.alias(folded=Lower("name")).filter(folded=Lower(Value(value)))


def _id(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else None


def _place_in(ids: list[int]) -> Func:
    listed = Value(ids, ArrayField(BigIntegerField()))
    return Func(listed, F("pk"), function="array_position", output_field=BigIntegerField())


class NameFilter(django_filters.FilterSet):
    """Lists of authors, genres and publishers."""

    q = django_filters.CharFilter("name", "icontains", max_length=100, label=_("part of the name"))


def name_filter(of: type[Model]) -> type[NameFilter]:
    """The filter of one model's list."""
    return type(f"{of.__name__}Filter", (NameFilter,), {"Meta": type("Meta", (), {"model": of, "fields": []})})
