from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Watch(models.Model):
    """What a reader wants to be told of: that a book becomes available, or every new book by an author.

    A book is watched instead of joining its queue; told once, the watch ends. An author is followed until that is
    stopped.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False, verbose_name=_("reader")
    )
    book = models.ForeignKey(
        "books.Book", models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("book")
    )
    author = models.ForeignKey(
        "books.Author", models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(book=None, author__isnull=False) | Q(book__isnull=False, author=None),
                name="watch_is_of_a_book_or_an_author",
            ),
            models.UniqueConstraint(fields=["user", "book"], name="book_watched_once_per_reader"),
            models.UniqueConstraint(fields=["user", "author"], name="author_followed_once_per_reader"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="watches_of_reader"),
            models.Index(fields=["book", "id"], name="watch_by_book", condition=Q(book__isnull=False)),
            models.Index(fields=["author", "user"], name="watch_by_author", condition=Q(author__isnull=False)),
        ]

    def __str__(self) -> str:
        """Without a name: the admin's log keeps this for longer than the account."""
        return f"{self.pk}"


class WatchedBook(models.Model):
    """A view of the database: how many readers watch a book, and nothing of who they are. Librarians buy by it."""

    book = models.OneToOneField(
        "books.Book", models.DO_NOTHING, primary_key=True, related_name="+", verbose_name=_("book")
    )
    watchers = models.IntegerField(_("watched by"))
    last_watched_at = models.DateTimeField(_("last watched at"))

    class Meta:
        managed = False
        db_table = "watching_watchedbook"
        verbose_name = _("watched book")
        verbose_name_plural = _("watched books")

    def __str__(self) -> str:
        return str(self.book)
