"""Imports as they are kept: what was asked, what became of every record, and how to take it all back."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

MOST_COPIES = 1_000


class ImportJob(models.Model):
    """One import of one file. `position` counts the records that were dealt with, so that work goes on after a crash.

    `key` is the form's that asked for it: sent twice, it is one job.
    `columns` maps our columns to those of a CSV file where no profile knows its header. The counts are of records:
    each is created, changed, known, refused or skipped (no book); in a dry run they say what would have happened.
    """

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        MARC = "marc", _("MARC21")
        MARCXML = "marcxml", _("MARCXML")
        JSON = "json", _("JSON")

    class OnMatch(models.TextChoices):
        SKIP = "skip", _("leave the book as it is")
        FILL = "fill", _("fill what is empty")
        OVERWRITE = "overwrite", _("overwrite with what the file says")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        REVERTED = "reverted", _("reverted")

    key = models.UUIDField(_("key of the form"), null=True, unique=True, editable=False)
    file_name = models.CharField(_("file"), max_length=255)
    upload = models.FileField(_("uploaded file"), upload_to="imports/%Y/%m", blank=True, default="")
    format = models.CharField(_("format"), max_length=8, choices=Format)
    profile = models.CharField(_("profile"), max_length=40, blank=True, default="")
    encoding = models.CharField(_("encoding"), max_length=20, blank=True, default="")
    columns = models.JSONField(_("columns"), blank=True, default=dict)
    on_match = models.CharField(_("books that are there already"), max_length=9, choices=OnMatch, default=OnMatch.SKIP)
    copies = models.PositiveSmallIntegerField(
        _("copies of each new book"), null=True, blank=True, validators=[MaxValueValidator(MOST_COPIES)]
    )
    is_dry_run = models.BooleanField(_("dry run"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    position = models.PositiveIntegerField(_("records read"), default=0)
    share_done = models.FloatField(_("share of the file that was read"), default=0)
    created_count = models.PositiveIntegerField(_("created"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    known_count = models.PositiveIntegerField(_("already there"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    skipped_count = models.PositiveIntegerField(_("no books"), default=0)
    copies_count = models.PositiveIntegerField(_("copies added"), default=0)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    worked_at = models.DateTimeField(_("last worked on at"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    error = models.TextField(_("what stopped it"), blank=True, default="")

    class Meta:
        app_label = "books"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], name="import_unfinished", condition=Q(status__in=["waiting", "running"])),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRemark(models.Model):
    """What was odd about a record: it was refused, skipped, changed on its way in, or would change a book.

    `original` is a refused record as the file has it, to be mended and imported again.
    """

    class Kind(models.TextChoices):
        REFUSED = "refused", _("refused")
        SKIPPED = "skipped", _("no book")
        MENDED = "mended", _("mended")
        CHANGE = "change", _("change")

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="remarks", verbose_name=_("import"))
    number = models.PositiveIntegerField(_("record"), help_text=_("line of a CSV file, else the record's number"))
    title = models.CharField(_("title"), max_length=500, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    reason = models.TextField(_("reason"))
    original = models.BinaryField(_("the record"), null=True, blank=True)

    class Meta:
        app_label = "books"
        verbose_name = _("remark of an import")
        verbose_name_plural = _("remarks of imports")
        ordering = ["number", "pk"]
        indexes = [models.Index(fields=["job", "kind", "number"], name="import_remark_by_kind")]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"


class ImportedBook(models.Model):
    """A book that an import created or changed; `before` and `after` are the fields it changed, for taking it back.

    Of a created book `after` tells the version and the number of copies: from then on, others have been at it.
    """

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="books", verbose_name=_("import"))
    book = models.ForeignKey("books.Book", models.CASCADE, related_name="imports", verbose_name=_("book"))
    is_new = models.BooleanField(_("created"))
    before = models.JSONField(_("before"), blank=True, default=dict)
    after = models.JSONField(_("after"), blank=True, default=dict)

    class Meta:
        app_label = "books"
        verbose_name = _("imported book")
        verbose_name_plural = _("imported books")
        constraints = [models.UniqueConstraint(fields=["job", "book"], name="imported_book_once_per_job")]

    def __str__(self) -> str:
        return f"{self.job_id} · {self.book_id}"


class ImportDraft(models.Model):
    """A book as a dry run would have left it, for the records that follow; gone when the run ends.

    `keys` are all by which a record may mean it; `book_id` is the book that is there already, if any.
    """

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="drafts", verbose_name=_("import"))
    book_id = models.BigIntegerField(_("book"), null=True)
    keys = ArrayField(models.TextField(), verbose_name=_("keys"))
    fields = models.JSONField(_("fields"))

    class Meta:
        app_label = "books"
        verbose_name = _("draft of a dry run")
        verbose_name_plural = _("drafts of dry runs")
        indexes = [GinIndex(fields=["keys"], name="import_draft_by_key")]

    def __str__(self) -> str:
        return f"{self.job_id} · {self.keys}"
