import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

WATCHED_BOOKS = """
    CREATE VIEW watching_watchedbook AS
    SELECT book_id, count(*)::integer AS watchers, max(created_at) AS last_watched_at
    FROM watching_watch
    WHERE book_id IS NOT NULL
    GROUP BY book_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("watching", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel("AuthorFollow"),
        migrations.DeleteModel("BookWatch"),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        django.db.models.deletion.CASCADE,
                        related_name="+",
                        db_index=False,
                        verbose_name="reader",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        "books.Book",
                        django.db.models.deletion.CASCADE,
                        null=True,
                        related_name="+",
                        db_index=False,
                        verbose_name="book",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        "books.Author",
                        django.db.models.deletion.CASCADE,
                        null=True,
                        related_name="+",
                        db_index=False,
                        verbose_name="author",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=Now(), verbose_name="created at")),
            ],
            options={
                "verbose_name": "watch",
                "verbose_name_plural": "watches",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(book=None, author__isnull=False) | Q(book__isnull=False, author=None),
                        name="watch_is_of_a_book_or_an_author",
                    ),
                    models.UniqueConstraint(fields=["user", "book"], name="book_watched_once_per_reader"),
                    models.UniqueConstraint(fields=["user", "author"], name="author_followed_once_per_reader"),
                ],
                "indexes": [
                    models.Index(fields=["user", "-id"], name="watches_of_reader"),
                    models.Index(fields=["book", "id"], name="watch_by_book", condition=Q(book__isnull=False)),
                    models.Index(fields=["author", "user"], name="watch_by_author", condition=Q(author__isnull=False)),
                ],
            },
        ),
        migrations.RunSQL(WATCHED_BOOKS, "DROP VIEW watching_watchedbook"),
        migrations.CreateModel(
            name="WatchedBook",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        "books.Book",
                        django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        verbose_name="book",
                    ),
                ),
                ("watchers", models.IntegerField(verbose_name="watched by")),
                ("last_watched_at", models.DateTimeField(verbose_name="last watched at")),
            ],
            options={
                "verbose_name": "watched book",
                "verbose_name_plural": "watched books",
                "db_table": "watching_watchedbook",
                "managed": False,
            },
        ),
    ]
