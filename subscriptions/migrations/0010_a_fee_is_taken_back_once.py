import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0009_the_ledger_is_the_balance")]
    operations = [
        migrations.AddField(
            model_name="debt",
            name="waiver_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=255), blank=True, default=list, editable=False, size=None
            ),
        ),
    ]
