"""The audit log, for admins: looked at and taken out as CSV, never changed."""

import json
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from library_portal.admin_lists import FirstPages, csv_download
from library_portal.audit.models import Action, AuditEntry
from library_portal.outbox.admin import ReadOnly

ROWS_AT_ONCE = 2_000
COLUMNS = ["at", "action", "who", "whom", "address", "user_agent", "details"]


class ActionFilter(admin.SimpleListFilter):
    """From the list of actions: reading which ones occur would read the whole log."""

    title = _("what")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Action.choices)

    def queryset(self, request: HttpRequest, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return entries.filter(action=self.value()) if self.value() else entries


@admin.register(AuditEntry)
class AuditAdmin(ReadOnly, admin.ModelAdmin):
    change_list_template = "admin/audit/list.html"
    list_display = ["at", "what", "who_link", "whom_link", "address", "told"]
    list_filter = [ActionFilter, "at"]
    list_select_related = ["who", "whom"]
    search_fields = ["address"]  # `get_search_results` decides; this one shows the box
    search_help_text = _("A whole username or address")
    fields = ["at", "what", "who_link", "whom_link", "address", "user_agent", "told"]
    readonly_fields = fields
    sortable_by = ()
    ordering = ["-id"]
    paginator = FirstPages
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole log
    actions = None

    @admin.display(description=_("what"))
    def what(self, entry: AuditEntry) -> str:
        return str(_label(entry))

    @admin.display(description=_("who"))
    def who_link(self, entry: AuditEntry) -> str:
        return _link(entry.who)

    @admin.display(description=_("whom"))
    def whom_link(self, entry: AuditEntry) -> str:
        return _link(entry.whom)

    @admin.display(description=_("details"))
    def told(self, entry: AuditEntry) -> str:
        return " · ".join(
            f"{name.replace('_', ' ')}: {_in_words(value)}" for name, value in entry.details.items() if value != ""
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if address := _address(term):
            return queryset.filter(address=address), False
        people = list(get_user_model().objects.filter(username__lower=term.lower()).values_list("pk", flat=True))
        return queryset.filter(Q(who__in=people) | Q(whom__in=people)), False

    def get_urls(self) -> list[URLPattern]:
        export = path("export/", self.admin_site.admin_view(self.export_view), name="audit_auditentry_export")
        return [export, *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The list with its filters and search, streamed row by row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            entries = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        return csv_download("audit-log.csv", columns=COLUMNS, rows=_rows(entries))


def _rows(entries: QuerySet[AuditEntry]) -> Iterator[list[Any]]:
    for entry in entries.iterator(chunk_size=ROWS_AT_ONCE):
        details = json.dumps(entry.details, ensure_ascii=False)
        yield [entry.at.isoformat(), entry.action, entry.who, entry.whom, entry.address, entry.user_agent, details]


def _label(entry: AuditEntry) -> Any:
    return Action(entry.action).label if entry.action in Action.values else entry.action


def _in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _link(person: Any) -> str:
    if person is None:
        return "–"
    opts = person._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[person.pk])
    return format_html('<a href="{}">{}</a>', url, person)


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
