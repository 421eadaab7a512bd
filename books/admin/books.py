"""The title records."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books import services
from books.admin.copies import CopyInline
from books.admin.each import each
from books.isbn import InvalidIsbn, isbn13
from books.languages import UnknownLanguage, language_code
from books.models import Authorship, Book, Copy
from books.queries import with_status
from books.search.queries import search_books
from books.search.querying import InvalidQuery
from library_portal.admin_inputs import ForgivingChoices

FOUND_AT_MOST = 300


class BookForm(forms.ModelForm):
    cover_url = forms.URLField(label=_("cover picture"), max_length=500, required=False, assume_scheme="https")
    isbn = forms.CharField(
        label=_("ISBN"), max_length=20, required=False, help_text=_("ISBN-10 or ISBN-13 in any form")
    )
    language = forms.CharField(label=_("language"), max_length=35, required=False, help_text=_("ISO 639 code"))

    def clean_isbn(self) -> str | None:
        try:
            return isbn13(self.cleaned_data["isbn"]) if self.cleaned_data["isbn"] else None
        except InvalidIsbn as error:
            raise ValidationError(str(error)) from error

    def clean_language(self) -> str:
        try:
            return language_code(self.cleaned_data["language"])
        except UnknownLanguage as error:
            raise ValidationError(str(error)) from error


class AuthorshipInline(ForgivingChoices, admin.TabularInline):
    model = Authorship
    autocomplete_fields = ("author",)
    extra = 0


@admin.register(Book)
class BookAdmin(ForgivingChoices, admin.ModelAdmin):
    form = BookForm
    list_display = (
        "title",
        "author_names",
        "year",
        "language",
        "status",
        "waiting_count",
        "loans_count",
        "withdrawn_at",
    )
    list_filter = ("is_lendable", ("withdrawn_at", admin.EmptyFieldListFilter), "cover", "language", "genres")
    search_fields = ("title",)
    search_help_text = _("Words of the title, authors, series; ISBN; a copy's barcode")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    autocomplete_fields = ("publisher", "genres")
    readonly_fields = (
        "rating", "ratings_count", "loans_count", "waiting_count", "withdrawn_at", "created_at", "updated_at",
        "version",
    )  # fmt: skip
    inlines = (AuthorshipInline, CopyInline)
    actions = ("withdraw", "lend", "withhold")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Book]:
        return with_status(super().get_queryset(request)).prefetch_related("authorships__author")

    @admin.display(description=_("authors"))
    def author_names(self, book: Book) -> str:
        return ", ".join(authorship.author.name for authorship in book.authorships.all())

    @admin.display(description=_("status"))
    def status(self, book: Any) -> str:
        return book.status

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Book], search_term: str
    ) -> tuple[QuerySet[Book], bool]:
        """By the search index, which leaves withdrawn books out: those by their title."""
        term = search_term.strip()
        if not term:
            return queryset, False
        withdrawn = Q(withdrawn_at__isnull=False, title__icontains=term)
        with_barcode = Q(pk__in=Copy.objects.filter(barcode=term).values("book"))
        return queryset.filter(Q(pk__in=_found(term)) | withdrawn | with_barcode), False

    def has_delete_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        """What has a history can't be deleted: the action "withdraw" knows."""
        return False

    def save_model(self, request: HttpRequest, obj: Book, form: Any, change: bool) -> None:
        """Writes only what was changed: counters move while the form is open."""
        if not change:
            obj.save()
            return
        services.lock_book(obj.pk)
        written = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in written and name != "is_lendable"])
        if "is_lendable" in form.changed_data:
            services.set_lendable(book_id=obj.pk, is_lendable=obj.is_lendable, now=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not Copy:
            formset.save()
            return
        formset.save(commit=False)
        for copy in formset.new_objects:
            services.add_copy(book_id=form.instance.pk, barcode=copy.barcode)
        for copy, _fields in formset.changed_objects:
            services.change_barcode(copy_id=copy.pk, barcode=copy.barcode)

    def save_related(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change or form.changed_data or any(formset.has_changed() for formset in formsets):
            services.book_saved(book_id=form.instance.pk, created=not change, now=timezone.now())

    @admin.action(description=_("Withdraw (delete what was never lent)"), permissions=["change"])
    def withdraw(self, request: HttpRequest, books: QuerySet[Book]) -> None:
        each(self, request, books, lambda book: services.withdraw_or_delete_book(book_id=book.pk, now=timezone.now()))

    @admin.action(description=_("Lend"), permissions=["change"])
    def lend(self, request: HttpRequest, books: QuerySet[Book]) -> None:
        self._set_lendable(request, books, True)

    @admin.action(description=_("Withhold from lending"), permissions=["change"])
    def withhold(self, request: HttpRequest, books: QuerySet[Book]) -> None:
        self._set_lendable(request, books, False)

    def _set_lendable(self, request: HttpRequest, books: QuerySet[Book], is_lendable: bool) -> None:
        each(
            self,
            request,
            books,
            lambda book: services.set_lendable(book_id=book.pk, is_lendable=is_lendable, now=timezone.now()),
        )


def _found(term: str) -> list[int]:
    try:
        return [hit.document.book_id for hit in search_books(text=term, page_size=FOUND_AT_MOST).hits]
    except InvalidQuery:
        return []
