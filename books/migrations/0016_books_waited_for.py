from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0015_versions_of_queues")]

    operations = [
        migrations.AddIndex(
            model_name="book",
            index=models.Index(
                condition=models.Q(("waiting_count__gt", 0)), fields=["-waiting_count"], name="book_waited_for"
            ),
        ),
    ]
