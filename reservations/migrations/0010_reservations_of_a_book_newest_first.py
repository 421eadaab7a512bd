from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0009_last_returns")]

    operations = [
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["book", "-id"], name="reservation_of_book"),
        ),
    ]
