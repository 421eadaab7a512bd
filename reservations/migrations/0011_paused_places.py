from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0010_reservations_of_a_book_newest_first")]

    operations = [
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                fields=["book", "paused_until"],
                name="reservation_paused",
                condition=models.Q(status="pending", paused_until__isnull=False),
            ),
        ),
    ]
