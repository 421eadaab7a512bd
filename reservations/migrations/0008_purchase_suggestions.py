"""Books that somebody waits for, with how many wait for each copy that is lent, as a view of the database."""

import django.db.models.deletion
from django.db import migrations, models

FORWARDS = """
CREATE VIEW reservations_purchasesuggestion AS
SELECT book.id AS book_id, book.waiting_count AS waiting, copies.lent AS copies, copies.owned - copies.lent AS away,
       book.waiting_count::float / greatest(copies.lent, 1) AS waiting_per_copy
FROM books_book AS book
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE copy.status <> 'unavailable') AS lent, count(*) AS owned
    FROM books_copy AS copy
    WHERE copy.book_id = book.id
) AS copies
WHERE book.waiting_count > 0 AND book.withdrawn_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("reservations", "0007_reminders"), ("books", "0016_books_waited_for")]

    operations = [
        migrations.RunSQL(FORWARDS, "DROP VIEW reservations_purchasesuggestion"),
        migrations.CreateModel(
            name="PurchaseSuggestion",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="books.book",
                        verbose_name="book",
                    ),
                ),
                ("waiting", models.IntegerField(verbose_name="people waiting")),
                ("copies", models.IntegerField(verbose_name="copies that are lent")),
                ("away", models.IntegerField(verbose_name="lost or away")),
                ("waiting_per_copy", models.FloatField(verbose_name="waiting for each copy")),
            ],
            options={
                "verbose_name": "purchase suggestion",
                "verbose_name_plural": "purchase suggestions",
                "db_table": "reservations_purchasesuggestion",
                "managed": False,
            },
        ),
    ]
