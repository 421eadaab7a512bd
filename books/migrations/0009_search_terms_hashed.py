"""The index keeps hashes of its terms: what it held before is of no use, and `search_rebuild` fills it again."""

import django.contrib.postgres.fields
from django.db import migrations, models


def hashes(label):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.BigIntegerField(), default=list, size=None, verbose_name=label
    )


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0008_dry_runs_and_stuck_imports"),
    ]

    operations = [
        migrations.RunSQL("TRUNCATE books_booksearchentry", migrations.RunSQL.noop),
        migrations.AlterField("booksearchentry", "words", hashes("words")),
        migrations.AlterField("booksearchentry", "prefixes", hashes("beginnings of words")),
        migrations.AlterField("booksearchentry", "spellings", hashes("keys of misspellings")),
        migrations.AlterField(
            "booksearchentry", "fields", models.TextField(default="", verbose_name="texts for ranking")
        ),
        # Searches go through the rows by thousands: what they do not look at lies outside of them.
        migrations.RunSQL(
            """
            ALTER TABLE books_booksearchentry
                SET (toast_tuple_target = 1536),
                ALTER COLUMN words SET STORAGE MAIN,
                ALTER COLUMN prefixes SET STORAGE MAIN,
                ALTER COLUMN fields SET STORAGE MAIN,
                ALTER COLUMN facets SET STORAGE MAIN,
                ALTER COLUMN sort_title SET STORAGE MAIN,
                ALTER COLUMN spellings SET STORAGE EXTERNAL
            """,
            migrations.RunSQL.noop,
        ),
    ]
