from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reservations", "0008_purchase_suggestions")]

    operations = [
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("status", "completed")), fields=["-closed_at"], name="reservation_last_returns"
            ),
        ),
    ]
