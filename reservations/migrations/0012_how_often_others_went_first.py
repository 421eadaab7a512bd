from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0011_paused_places")]

    operations = [
        migrations.AddField(
            model_name="reservation",
            name="deferrals",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="let the next reader go first"
            ),
        ),
    ]
