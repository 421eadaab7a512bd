"""The catalogue for librarians. Writing ends in the services, so that every change is told of and indexed."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books import services
from books.isbn import InvalidIsbn, isbn13
from books.languages import UnknownLanguage, language_code
from books.models import Author, Authorship, Book, Copy, Genre, Publisher
from books.queries import with_status
from books.search.queries import search_books
from books.search.querying import InvalidQuery
from library_portal.admin_inputs import ForgivingChoices
from library_portal.errors import PortalError

FOUND_AT_MOST = 300


def each(
    modeladmin: admin.ModelAdmin, request: HttpRequest, things: QuerySet[Any], change: Callable[[Any], object]
) -> None:
    """Changes one after the other; a refusal is told and stops none of the others."""
    changed = 0
    for thing in things:
        try:
            change(thing)
        except PortalError as refusal:
            modeladmin.message_user(request, f"{thing}: {refusal}", messages.ERROR)
        else:
            changed += 1
    if changed:
        modeladmin.message_user(request, _("%(count)d changed.") % {"count": changed}, messages.SUCCESS)


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


class CopyForm(forms.ModelForm):
    barcode = forms.CharField(max_length=40, required=False, help_text=_("Empty: the next number"))

    def has_changed(self) -> bool:
        """A row that the librarian added is a copy, also when nothing was typed into it."""
        return self.instance.pk is None or super().has_changed()

    def clean_barcode(self) -> str:
        return self.cleaned_data["barcode"] or self.instance.barcode or services.next_barcodes(1)[0]


class AuthorshipInline(ForgivingChoices, admin.TabularInline):
    model = Authorship
    autocomplete_fields = ("author",)
    extra = 0


class CopyInline(admin.TabularInline):
    model = Copy
    form = CopyForm
    fields = ("barcode", "status", "reason")
    readonly_fields = ("status", "reason")
    extra = 0
    can_delete = False
    show_change_link = True


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


@admin.register(Copy)
class CopyAdmin(ForgivingChoices, admin.ModelAdmin):
    form = CopyForm
    fields = ("book", "barcode", "status", "reason", "created_at")
    list_display = ("barcode", "book", "status", "reason", "created_at")
    list_filter = ("status", "reason")
    list_select_related = ("book",)
    search_fields = ("barcode__startswith", "book__title", "book__isbn__exact")
    autocomplete_fields = ("book",)
    readonly_fields = ("status", "reason", "created_at")
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("put_back", "mark_lost", "send_to_repair", "withdraw", "remove")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return self.readonly_fields if obj is None else ("book", *self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Copy | None = None) -> bool:
        """What was lent can't be deleted: the action "remove" knows."""
        return False

    def save_model(self, request: HttpRequest, obj: Copy, form: Any, change: bool) -> None:
        if change:
            services.change_barcode(copy_id=obj.pk, barcode=obj.barcode)
        else:
            obj.pk = services.add_copy(book_id=obj.book_id, barcode=obj.barcode).pk

    @admin.action(description=_("Put back on the shelf"), permissions=["change"])
    def put_back(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        each(self, request, copies, lambda copy: services.mark_copy_available_again(copy_id=copy.pk))

    @admin.action(description=_("Lost"), permissions=["change"])
    def mark_lost(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        self._mark(request, copies, Copy.Reason.LOST)

    @admin.action(description=_("In repair"), permissions=["change"])
    def send_to_repair(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        self._mark(request, copies, Copy.Reason.IN_REPAIR)

    @admin.action(description=_("Withdrawn"), permissions=["change"])
    def withdraw(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        self._mark(request, copies, Copy.Reason.WITHDRAWN)

    @admin.action(description=_("Remove (delete what was never lent)"), permissions=["change"])
    def remove(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        each(self, request, copies, lambda copy: services.remove_copy(copy_id=copy.pk))

    def _mark(self, request: HttpRequest, copies: QuerySet[Copy], reason: str) -> None:
        each(self, request, copies, lambda copy: services.mark_copy_unavailable(copy_id=copy.pk, reason=reason))
