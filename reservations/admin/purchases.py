"""What to buy: books that many wait for, with their copies, the wait and the price."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from library_portal.admin_lists import FirstPages, csv_download
from library_portal.interface import dollars
from library_portal.outbox.admin import ReadOnly
from reservations.models import PurchaseSuggestion
from reservations.purchases import lent_shorter, sought_after, with_waits

COLUMNS = ["book_id", "title", "isbn", "waiting", "copies", "away", "waiting_per_copy", "wait_days", "price"]
TAKEN_OUT_AT_MOST = 1_000


class LentShorterFilter(admin.SimpleListFilter):
    title = _("lent for a shorter time")
    parameter_name = "short"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Now"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[PurchaseSuggestion]) -> QuerySet[PurchaseSuggestion]:
        return rows.filter(pk__in=lent_shorter().order_by().values("pk")) if self.value() == "yes" else rows


class WithWaits(ChangeList):
    """Reckons the wait for the books of this page only."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_waits(self.result_list)


@admin.register(PurchaseSuggestion)
class PurchaseSuggestionAdmin(ReadOnly, admin.ModelAdmin):
    change_list_template = "admin/reservations/purchases.html"
    list_display = ["title", "waiting", "copies", "away", "per_copy", "wait", "shorter", "price", "record"]
    list_display_links = None
    list_filter = [LentShorterFilter]
    search_fields = ["book__title"]
    ordering = ["-waiting_per_copy", "-waiting", "pk"]
    fields = ["book", "waiting", "copies", "away", "per_copy", "price"]
    paginator = FirstPages
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PurchaseSuggestion]:
        return sought_after()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[WithWaits]:
        return WithWaits

    @admin.display(description=_("book"), ordering="book__title")
    def title(self, row: PurchaseSuggestion) -> str:
        return row.book.title

    @admin.display(description=_("waiting for each copy"), ordering="waiting_per_copy")
    def per_copy(self, row: PurchaseSuggestion) -> str:
        return f"{row.waiting_per_copy:.1f}" if row.copies else _("no copy is lent")

    @admin.display(description=_("a newcomer's wait"))
    def wait(self, row: PurchaseSuggestion) -> str:
        return _("%(days)s days") % {"days": row.estimate.days} if row.estimate else "–"

    @admin.display(description=_("lent shorter"), boolean=True)
    def shorter(self, row: PurchaseSuggestion) -> bool:
        return row.is_lent_shorter

    @admin.display(description=_("price"), ordering="book__price")
    def price(self, row: PurchaseSuggestion) -> str:
        return dollars(row.book.price) or "–"

    @admin.display(description=_("record"))
    def record(self, row: PurchaseSuggestion) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:books_book_change", args=[row.pk]), _("Open the book"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.export_view))
        return [path("export/", view, name="reservations_purchasesuggestion_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The list with its filters and search, the most wanted first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        return csv_download("purchases.csv", columns=COLUMNS, rows=_rows(rows[:TAKEN_OUT_AT_MOST]))


def _rows(rows: QuerySet[PurchaseSuggestion]) -> Iterator[list[Any]]:
    for row in with_waits(rows):
        wait = row.estimate and row.estimate.days
        counts = [row.waiting, row.copies, row.away, f"{row.waiting_per_copy:.2f}"]
        yield [row.pk, row.book.title, row.book.isbn, *counts, wait, row.book.price]
