from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="keptanswer",
            name="effects",
            field=models.JSONField(blank=True, default=list, verbose_name="what it has done"),
        ),
    ]
