"""The index in PostgreSQL: the embedded default, and what answers while MongoDB is away."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# Writes wait here to enter an index together; every search reads what waits, so that it stays short.
PENDING_KILOBYTES = 512
TERMS = ("words", "prefixes", "spellings")
GIN_INDEXES = tuple(f"search_{terms}" for terms in TERMS)


class BookSearchEntry(models.Model):
    """An indexed book; without a document, the trace of a deleted one, which keeps older versions from coming back.

    Terms are hashed, `fields` are lines. What only finds (`spellings`) or shows (`document`) lies outside of the row:
    the rows through which searches go stay small and together.
    """

    book_id = models.BigIntegerField(_("book"), primary_key=True)
    version = models.BigIntegerField(_("version"))
    words = ArrayField(models.BigIntegerField(), verbose_name=_("words"), default=list)
    prefixes = ArrayField(models.BigIntegerField(), verbose_name=_("beginnings of words"), default=list)
    spellings = ArrayField(models.BigIntegerField(), verbose_name=_("keys of misspellings"), default=list)
    fields = models.TextField(_("texts for ranking"), default="")
    facets = ArrayField(models.TextField(), verbose_name=_("facets"), default=list)
    sort_title = models.TextField(_("title for sorting"), default="")
    popularity = models.FloatField(_("popularity"), default=0)
    year = models.IntegerField(_("year"), null=True)
    created_at = models.DateTimeField(_("created at"), null=True)
    document = models.JSONField(_("document"), null=True)

    class Meta:
        app_label = "books"
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [
            *(
                GinIndex(fields=[terms], name=f"search_{terms}", gin_pending_list_limit=PENDING_KILOBYTES)
                for terms in TERMS
            ),
            models.Index(fields=["-popularity", "book_id"], name="search_popular"),
            models.Index(fields=["-created_at", "book_id"], name="search_newest"),
            models.Index(fields=["sort_title", "book_id"], name="search_by_title"),
            models.Index(fields=["year", "-popularity", "book_id"], name="search_by_year"),
            models.Index(fields=["book_id"], name="search_present", condition=Q(document__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.book_id}@{self.version}"


class SearchIndex(models.Model):
    """Which analysis a store's index was last built with: after another one it needs a rebuild."""

    store = models.CharField(_("store"), max_length=20, primary_key=True)
    analysis = models.PositiveIntegerField(_("version of the analysis"))
    built_at = models.DateTimeField(_("built at"))

    class Meta:
        app_label = "books"
        verbose_name = _("search index")
        verbose_name_plural = _("search indexes")

    def __str__(self) -> str:
        return self.store
