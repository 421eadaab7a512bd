"""The title records."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from books import services
from books.admin.book_form import AuthorshipInline, BookForm, credits_of
from books.admin.copies import CopyInline
from books.admin.each import each
from books.admin.exporting import Exporting
from books.admin.labels import answer_with_labels
from books.covers.files import picture_addresses
from books.models import Authorship, Book, Copy
from books.queries import with_status
from books.search.queries import ids_found
from library_portal.admin_inputs import ForgivingChoices

FOUND_AT_MOST = 300
NOT_COMING_BACK = (Copy.Reason.LOST, Copy.Reason.WITHDRAWN)


@admin.register(Book)
class BookAdmin(Exporting, ForgivingChoices, admin.ModelAdmin):
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
    list_filter = ("is_lendable", ("withdrawn_at", admin.EmptyFieldListFilter), "cover", "language")
    search_fields = ("title",)
    search_help_text = _("Words of the title, authors, series; ISBN; a copy's barcode")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    autocomplete_fields = ("publisher", "genres")
    readonly_fields = (
        "current_picture", "rating", "ratings_count", "loans_count", "waiting_count", "withdrawn_at", "created_at",
        "updated_at", "version",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("title", "subtitle", "original_title", "series", "genres", "language", "description")}),
        (_("Edition"), {"fields": ("publisher", "year", "pages", "cover", "isbn", "other_isbns", "seen_version")}),
        (_("Cover"), {"fields": ("current_picture", "picture", "remove_picture", "cover_url")}),
        (_("Lending"), {"fields": ("is_lendable", "price", "daily_fee", "waiting_count", "loans_count")}),
        (
            _("Record"),
            {"fields": ("rating", "ratings_count", "withdrawn_at", "created_at", "updated_at", "version")},
        ),
    )
    inlines = (AuthorshipInline, CopyInline)
    actions = ("withdraw", "restore", "restore_without_copies", "lend", "withhold", "print_labels")

    def get_fieldsets(self, request: HttpRequest, obj: Book | None = None) -> Any:
        """A book that is being entered has no record yet."""
        return self.fieldsets if obj else self.fieldsets[:-1]

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
        return queryset.filter(Q(pk__in=ids_found(text=term, limit=FOUND_AT_MOST)) | withdrawn | with_barcode), False

    def has_delete_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        """What has a history can't be deleted: the action "withdraw" knows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Book | None = None) -> bool:
        """A withdrawn book is looked at; it is changed once it is restored."""
        return super().has_change_permission(request, obj) and (obj is None or obj.withdrawn_at is None)

    @admin.display(description=_("picture"))
    def current_picture(self, book: Book) -> str:
        addresses = picture_addresses(book.cover_picture)
        return format_html('<img src="{}" width="120" alt="">', addresses["small"]) if addresses else "–"

    def save_model(self, request: HttpRequest, obj: Book, form: Any, change: bool) -> None:
        """The book is written together with its people: in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        book, given, now = form.instance, form.cleaned_data, timezone.now()
        people = next(formset for formset in formsets if formset.model is Authorship)
        changes: services.BookChanges = form.changes()
        if people.has_changed():
            changes["authors"] = credits_of(people)
        if change:
            services.update_book(book_id=book.pk, changes=changes, version=given["seen_version"], now=now)
        else:
            book.pk = services.create_book(values=changes, now=now).pk
        if given["picture"]:
            services.set_cover_picture(book_id=book.pk, picture=given["picture"], now=now)
        elif given["remove_picture"]:
            services.remove_cover_picture(book_id=book.pk, now=now)
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """What changed is noted for the log; people are saved with their book, copies by their own use cases."""
        formset.save(commit=False)
        if formset.model is not Copy:
            return
        for copy in formset.new_objects:
            services.add_copy(book_id=form.instance.pk, barcode=copy.barcode)
        for copy, _fields in formset.changed_objects:
            services.change_barcode(copy_id=copy.pk, barcode=copy.barcode)

    @admin.action(description=_("Withdraw (delete what was never lent)"), permissions=["change"])
    def withdraw(self, request: HttpRequest, books: QuerySet[Book]) -> None:
        each(self, request, books, lambda book: services.withdraw_or_delete_book(book_id=book.pk, now=timezone.now()))

    @admin.action(description=_("Restore, with the withdrawn copies"), permissions=["change"])
    def restore(self, request: HttpRequest, books: QuerySet[Book]) -> None:
        self._restore(request, books, with_copies=True)

    @admin.action(description=_("Restore, the withdrawn copies stay away"), permissions=["change"])
    def restore_without_copies(self, request: HttpRequest, books: QuerySet[Book]) -> None:
        self._restore(request, books, with_copies=False)

    def _restore(self, request: HttpRequest, books: QuerySet[Book], *, with_copies: bool) -> None:
        now = timezone.now()
        each(
            self,
            request,
            books.filter(withdrawn_at__isnull=False),
            lambda book: services.restore_book(book_id=book.pk, with_copies=with_copies, now=now),
        )

    @admin.action(description=_("Print labels"), permissions=["view"])
    def print_labels(self, request: HttpRequest, books: QuerySet[Book]) -> HttpResponse | None:
        there = Copy.objects.exclude(status=Copy.Status.UNAVAILABLE, reason__in=NOT_COMING_BACK)
        return answer_with_labels(self, request, books, there.filter(book__in=books.order_by()))

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
