from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0010_finding_names_and_pictures"),
    ]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="key",
            field=models.UUIDField(editable=False, null=True, unique=True, verbose_name="key of the form"),
        ),
    ]
