"""What readers want to be told of: a book that becomes available, a new book by an author."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class BookWatch(models.Model):
    """A reader waits for the book without joining its queue. Told once, the watch ends."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("reader"))
    book = models.ForeignKey("books.Book", models.CASCADE, related_name="+", verbose_name=_("book"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("watched book")
        verbose_name_plural = _("watched books")
        constraints = [models.UniqueConstraint(fields=["user", "book"], name="book_watched_once_per_reader")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.book_id}"


class AuthorFollow(models.Model):
    """A reader hears of every new book by the author."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("reader"))
    author = models.ForeignKey("books.Author", models.CASCADE, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("followed author")
        verbose_name_plural = _("followed authors")
        constraints = [models.UniqueConstraint(fields=["user", "author"], name="author_followed_once_per_reader")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.author_id}"
