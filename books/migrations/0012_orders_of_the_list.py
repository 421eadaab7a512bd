from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0011_import_asked_for_once"),
    ]

    operations = [
        migrations.AddIndex(
            "book",
            models.Index(
                F("year").desc(nulls_last=True), F("id").desc(), name="book_latest", condition=Q(withdrawn_at=None)
            ),
        ),
        migrations.AddIndex(
            "book",
            models.Index(
                F("rating").desc(nulls_last=True),
                F("id").desc(),
                name="book_best_rated",
                condition=Q(withdrawn_at=None),
            ),
        ),
    ]
