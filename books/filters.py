"""What a list of books can be narrowed to, and in which orders it comes (api.md, "books/")."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from books.languages import UnknownLanguage, language_code
from books.models import Authorship, Book, Genre, Publisher
from books.name_search import by_words
from books.queries import STATUSES, having_status
from books.search.queries import matching_ids
from books.search.querying import LONGEST_QUERY, Filters
from books.wanted import contradictions, filters_from, id_or_name, meant

EARLIEST_YEAR, LATEST_YEAR = -5000, 2100
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


class LanguageField(forms.CharField):
    def clean(self, value: Any) -> str:
        try:
            return language_code(super().clean(value))
        except UnknownLanguage as error:
            raise forms.ValidationError(str(error)) from error


class LanguageFilter(django_filters.CharFilter):
    field_class = LanguageField


class WantedForm(forms.Form):
    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        for field, messages in contradictions(asked).items():
            self.add_error(field, messages)
        return asked


class BookFilter(django_filters.FilterSet):
    """Author, genre (= category) and publisher by id or name; words as the search finds them."""

    q = django_filters.CharFilter(method="find", max_length=LONGEST_QUERY, label=_("words; best match first"))
    author = django_filters.CharFilter(method="by_author", max_length=300, label=_("author, by id or name"))
    genre = django_filters.CharFilter(method="by_genre", max_length=120, label=_("genre, by id or name"))
    category = django_filters.CharFilter(method="by_genre", max_length=120, label=_("the same as genre"))
    publisher = django_filters.CharFilter(method="by_publisher", max_length=300, label=_("publisher, by id or name"))
    language = LanguageFilter(lookup_expr="exact", max_length=35, label=_("any ISO 639 code or tag"))
    year_min = django_filters.NumberFilter(
        "year", "gte", min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, label=_("first published in or after")
    )
    year_max = django_filters.NumberFilter(
        "year", "lte", min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, label=_("first published in or before")
    )
    status = django_filters.ChoiceFilter(method="by_status", choices=[(status, status) for status in STATUSES])
    cover = django_filters.ChoiceFilter(choices=Book.Cover.choices)
    ordering = django_filters.ChoiceFilter(method="in_order", choices=[(order, order) for order in ORDERS])

    class Meta:
        model = Book
        fields: list[str] = []
        form = WantedForm

    def book_ids(self) -> QuerySet[Any] | list[int]:
        """In order: newest first, or best match first, unless another order is asked for. Raises InvalidQuery.

        The status is today's, not the index's.
        """
        ids = self.qs.values_list("pk", flat=True)
        asked = self.form.cleaned_data
        if not asked["q"] or asked["ordering"]:
            return ids
        wanted = set(ids.order_by())
        return [book_id for book_id in self._matching if book_id in wanted]

    def filter_queryset(self, queryset: QuerySet[Book]) -> QuerySet[Book]:
        return super().filter_queryset(queryset.order_by(*NEWEST))

    def find(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        """The index applies the other filters too, so that the best of what fits them all is found."""
        self._matching = matching_ids(text=value, filters=_without_status(self.form.cleaned_data))
        return queryset.filter(pk__in=self._matching) if self._matching else queryset.none()

    def by_author(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        author = meant("author", value)
        named = Q(author=author) if isinstance(author, int) else Q(author__name=author)
        return queryset.filter(Exists(Authorship.objects.filter(named, book=OuterRef("pk"))))

    def by_genre(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        entries = Book.genres.through.objects.filter(book=OuterRef("pk"), genre__in=_named(Genre, value))
        return queryset.filter(Exists(entries))

    def by_publisher(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        return queryset.filter(publisher__in=_named(Publisher, value))

    def by_status(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        return having_status(queryset, value)

    def in_order(self, queryset: QuerySet[Book], _name: str, value: str) -> QuerySet[Book]:
        return queryset.order_by(*ORDERS[value])


def _without_status(asked: Mapping[str, Any]) -> Filters:
    return filters_from({field: value for field, value in asked.items() if field != "status"})


def _named(model: type[Genre] | type[Publisher], value: str) -> QuerySet[Any]:
    """Names are found by their index on lower(name)."""
    name = id_or_name(value)
    if isinstance(name, int):
        return model.objects.filter(pk=name)
    return model.objects.alias(folded=Lower("name")).filter(folded=Lower(Value(name)))


class NameFilter(django_filters.FilterSet):
    """Lists of authors, genres and publishers."""

    q = django_filters.CharFilter(method="find", max_length=100, label=_("beginnings of words of the name"))

    def find(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return by_words(queryset, value)


def name_filter(of: type[Model]) -> type[NameFilter]:
    """The filter of one model's list."""
    return type(f"{of.__name__}Filter", (NameFilter,), {"Meta": type("Meta", (), {"model": of, "fields": []})})
