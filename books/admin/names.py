"""Authors, genres and publishers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from books import services
from books.models import Author, Genre, Publisher

FOUND_AT_MOST = 300


class NameAdmin(admin.ModelAdmin):
    """Names that books carry: renaming or deleting one changes what the index says of its books."""

    list_display = ("name", "books_count")
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(count_of_books=Count("books"))

    @admin.display(description=_("books"), ordering="count_of_books")
    def books_count(self, named: Any) -> int:
        return named.count_of_books

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            services.names_changed(book_ids=_ids_of_books(obj))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        book_ids = _ids_of_books(obj)
        super().delete_model(request, obj)
        services.names_changed(book_ids=book_ids)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for named in queryset:
            self.delete_model(request, named)


def _ids_of_books(named: Author | Genre | Publisher) -> list[int]:
    return list(named.books.values_list("pk", flat=True))


class AuthorForm(forms.ModelForm):
    """Remembers the version it shows: authors edit their own page at the same time."""

    goodreads_url = forms.URLField(label=_("Goodreads link"), required=False, assume_scheme="https")
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("seen_version") not in (None, self.instance.version):
            raise ValidationError(services.StaleAuthor.title)
        return cleaned


@admin.register(Author)
class AuthorAdmin(NameAdmin):
    form = AuthorForm
    fields = ("name", "biography", "city", "goodreads_url", "seen_version")
    list_display = ("name", "city", "books_count")

    def save_model(self, request: HttpRequest, obj: Author, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "seen_version"}
        services.update_author(author_id=obj.pk, changes=changes, version=form.cleaned_data["seen_version"])


admin.site.register((Genre, Publisher), NameAdmin)
