"""What the page of an import shows: how far it is, what became of the records, and the remarks of one kind."""

from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from books.importing.importer import OPEN
from books.importing.models import ImportJob, ImportRemark

REMARKS_ON_A_PAGE = 50
Status = ImportJob.Status


class Kind(NamedTuple):
    value: str
    label: str
    count: int


class Shown(NamedTuple):
    job: ImportJob

    @property
    def is_open(self) -> bool:
        return self.job.status in OPEN

    @property
    def percent(self) -> int:
        return int(self.job.share_done * 100)

    @property
    def counts(self) -> list[tuple[str, int]]:
        job = self.job
        return [
            (_("records read"), job.position),
            (_("new books"), job.created_count),
            (_("books changed"), job.changed_count),
            (_("already there"), job.known_count),
            (_("refused"), job.refused_count),
            (_("not books"), job.skipped_count),
            (_("copies added"), job.copies_count),
        ]

    @property
    def may_be_taken_back(self) -> bool:
        return self.job.status in (Status.DONE, Status.FAILED) and not self.job.is_dry_run

    @property
    def may_be_done_for_real(self) -> bool:
        return self.job.status == Status.DONE and self.job.is_dry_run and bool(self.job.upload)


def kinds(job: ImportJob) -> list[Kind]:
    """Of its remarks, with their number, the gravest first."""
    counted = dict(job.remarks.order_by().values_list("kind").annotate(Count("pk")))
    return [Kind(kind.value, kind.label, counted[kind]) for kind in ImportRemark.Kind if kind in counted]


def remarks(job: ImportJob, kind: str, page: str) -> Page:
    of_kind = job.remarks.filter(kind=kind).defer("original").order_by("number", "pk")
    return Paginator(of_kind, REMARKS_ON_A_PAGE).get_page(page)
