"""Authors, genres and publishers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from books import caches, services
from books.admin.merging import answer_with_merge
from books.matching import author_key
from books.models import Author, Genre, Publisher
from books.name_counts import count_of_books
from books.name_search import NearKey, by_words

FOUND_AT_MOST = 300


class NameAdmin(admin.ModelAdmin):
    """Names that books carry: renaming or deleting one changes what the index says of its books."""

    list_display = ("name", "books_count")
    search_fields = ("name",)
    search_help_text = _("Beginnings of words of the name")
    ordering = ("name",)
    show_full_result_count = False
    actions = ("merge",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(count_of_books=count_of_books(self.model))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (by_words(queryset, term) if term else queryset), False

    @admin.display(description=_("books"), ordering="count_of_books")
    def books_count(self, named: Any) -> int:
        return named.count_of_books

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        services.write_alone()
        if change:
            services.rename(self.model, pk=obj.pk, name=obj.name)
        else:
            super().save_model(request, obj, form, change)
            caches.renew_on_commit()

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.write_alone()
        book_ids = _ids_of_books(obj)
        services.lock_books(book_ids)
        super().delete_model(request, obj)
        services.names_changed(book_ids=book_ids)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for named in queryset:
            self.delete_model(request, named)

    @admin.action(description=_("Merge: they are the same"), permissions=["change", "delete"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return answer_with_merge(self, request, queryset)


def _ids_of_books(named: Author | Genre | Publisher) -> list[int]:
    return list(named.books.values_list("pk", flat=True))


class NearOnesFilter(admin.SimpleListFilter):
    """Authors who may be one, side by side: then they can be chosen and merged."""

    title = _("possible duplicates")
    parameter_name = "duplicates"
    KEYS = {"same": F("match_key"), "near": NearKey("match_key")}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("same", _("one name, written differently")), ("near", _("same last name and first letter"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Author]) -> QuerySet[Author]:
        key = self.KEYS.get(self.value() or "")
        if key is None:
            return queryset
        several = Author.objects.values(key=key).annotate(authors=Count("pk")).filter(authors__gt=1)
        return queryset.alias(key=key).filter(key__in=several.values("key"))


class AuthorForm(forms.ModelForm):
    """Remembers the version it shows: authors edit their own page at the same time."""

    goodreads_url = forms.URLField(label=_("Goodreads link"), required=False, assume_scheme="https")
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version

    def clean_name(self) -> str:
        try:
            services.refuse_taken_name(self.cleaned_data["name"], author_id=self.instance.pk)
        except services.AuthorNameTaken as refusal:
            raise ValidationError(str(refusal)) from refusal
        return self.cleaned_data["name"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("seen_version") not in (None, self.instance.version):
            raise ValidationError(services.StaleAuthor.title)
        return cleaned


@admin.register(Author)
class AuthorAdmin(NameAdmin):
    form = AuthorForm
    fields = ("name", "other_names", "biography", "city", "goodreads_url", "seen_version")
    readonly_fields = ("other_names",)
    list_display = ("name", "city", "books_count")
    list_filter = (NearOnesFilter,)

    @admin.display(description=_("other names"), empty_value="–")
    def other_names(self, author: Author) -> str:
        """Left by merges: books that name one of these are the author's."""
        return ", ".join(author.aliases.values_list("name", flat=True)) if author.pk else ""

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        """Possible duplicates stand beside each other."""
        key = NearOnesFilter.KEYS.get(request.GET.get(NearOnesFilter.parameter_name, ""))
        return (key, "name") if key is not None else self.ordering

    def save_model(self, request: HttpRequest, obj: Author, form: Any, change: bool) -> None:
        if not change:
            obj.match_key = author_key(obj.name)
            super().save_model(request, obj, form, change)
            return
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "seen_version"}
        services.update_author(author_id=obj.pk, changes=changes, version=form.cleaned_data["seen_version"])


admin.site.register((Genre, Publisher), NameAdmin)
