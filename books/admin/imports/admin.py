"""The list of imports, and the page of each."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from books.admin.imports import asking, holding, shown
from books.admin.imports.forms import UploadForm
from books.importing.models import ImportJob
from books.importing.repeating import do_for_real
from books.importing.reporting import remarks_csv
from books.importing.reverting import revert_import
from books.importing.sources import UnknownFile
from books.importing.sources.profiles import UnknownHeader
from library_portal.errors import PortalError


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):
    """Who may import may also take back; nobody edits or deletes what was done."""

    list_display = (
        "file_name",
        "status",
        "is_dry_run",
        "created_count",
        "changed_count",
        "refused_count",
        "created_at",
    )
    list_filter = ("status", "is_dry_run", "format")
    search_fields = ("file_name",)
    search_help_text = _("Name of the file")
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "progress/": require_GET(self.progress_view),
            "remarks.csv": require_GET(self.remarks_view),
            "refused/": require_GET(self.refused_view),
            "for-real/": require_POST(self.for_real_view),
            "revert/": self.revert_view,
        }
        return [*(self._path(end, view) for end, view in pages.items()), *super().get_urls()]

    def _path(self, end: str, view: Any) -> URLPattern:
        name = end.strip("/").split(".")[0].replace("-", "_")
        return path(f"<int:pk>/{end}", self.admin_site.admin_view(view), name=f"books_importjob_{name}")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The file, and, where nobody knows its columns, what they mean. Sent twice it is one import."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "file_name" in request.POST:
            return self._answered(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            return self._uploaded(request, form)
        return self._page(request, "upload", _("Import a catalogue"), form=form)

    def _uploaded(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        file, key = form.cleaned_data["file"], form.cleaned_data["key"]
        if job := ImportJob.objects.filter(key=key).first():
            return self._to(job)
        holding.hold(file, user_id=request.user.pk, key=key)
        try:
            asking.check(key, request.user.pk, form.wishes())
            return self._to(asking.job_of(key, request.user.pk, file.name, form.wishes()))
        except UnknownHeader:
            options = {**form.cleaned_data, "file_name": file.name}
            return self._columns_page(request, asking.columns_of(key, request.user.pk, options))
        except UnknownFile as refusal:
            holding.let_go(user_id=request.user.pk)
            form.add_error("file", str(refusal))
        return self._page(request, "upload", _("Import a catalogue"), form=form)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        """A job whose form was sent before has taken the file with it."""
        try:
            key = uuid.UUID(request.POST.get("key", ""))
            if job := ImportJob.objects.filter(key=key).first():
                return self._to(job)
            columns = asking.columns_of(key, request.user.pk, request.POST.dict(), request.POST)
            if not columns.form.is_valid():
                return self._columns_page(request, columns)
            wishes = columns.form.wishes()
            asking.check(key, request.user.pk, wishes)
            return self._to(asking.job_of(key, request.user.pk, columns.form.cleaned_data["file_name"], wishes))
        except (ValueError, UnknownFile) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:books_importjob_add")

    def _columns_page(self, request: HttpRequest, columns: asking.Columns) -> HttpResponse:
        return self._page(request, "columns", _("Which column is which?"), columns=columns)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How far it is, what became of the records, and what can be done about it."""
        job = self.get_object(request, object_id)
        if request.method == "POST" or not self.has_view_permission(request, job):
            raise PermissionDenied
        if job is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        kinds = shown.kinds(job)
        kind = request.GET.get("kind") or next((kind.value for kind in kinds), "")
        remarks = shown.remarks(job, kind, request.GET.get("page", ""))
        return self._job_page(request, "import", job, kinds=kinds, kind=kind, remarks=remarks)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part that moves; when the work is done the whole page comes anew."""
        job = self._job(request, pk)
        response = self._job_page(request, "_progress", job)
        if not shown.Shown(job).is_open:
            response["HX-Refresh"] = "true"
        return response

    def remarks_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        lines = remarks_csv(self._job(request, pk))
        return _download(lines, "text/csv; charset=utf-8", f"import-{pk}-remarks.csv")

    def refused_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """In the form in which they came, to be mended and imported again."""
        job = self._job(request, pk)
        return _download(asking.refused_file(job), "application/octet-stream", f"import-{pk}-refused-{job.file_name}")

    def for_real_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self._job(request, pk, to_write=True)
        try:
            return self._to(do_for_real(job_id=job.pk, started_by_id=request.user.pk, now=timezone.now()))
        except PortalError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return self._to(job)

    def revert_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks back, then takes it back. Doing it twice changes nothing more."""
        job = self._job(request, pk, to_write=True)
        if request.method != "POST":
            return self._job_page(request, "revert", job)
        try:
            revert_import(job_id=job.pk, now=timezone.now())
        except PortalError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, _("The import was taken back."), messages.SUCCESS)
        return self._to(job)

    def _job(self, request: HttpRequest, pk: int, *, to_write: bool = False) -> ImportJob:
        if not (self.has_add_permission(request) if to_write else self.has_view_permission(request)):
            raise PermissionDenied
        return get_object_or_404(ImportJob.objects.select_related("started_by"), pk=pk)

    def _to(self, job: ImportJob) -> HttpResponse:
        return redirect("admin:books_importjob_change", job.pk)

    def _job_page(self, request: HttpRequest, name: str, job: ImportJob, **context: Any) -> HttpResponse:
        may_import = self.has_add_permission(request)
        return self._page(request, name, job.file_name, shown=shown.Shown(job), may_import=may_import, **context)

    def _page(self, request: HttpRequest, name: str, title: Any, **context: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return render(request, f"admin/books/imports/{name}.html", context)


def _download(content: Any, kind: str, name: str) -> HttpResponse:
    response = StreamingHttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response
