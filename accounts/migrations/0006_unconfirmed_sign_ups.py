from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_patrons_found_by_prefix")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="self_registered",
            field=models.BooleanField(default=False, editable=False, verbose_name="signed up without staff"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(
                    ("email_verified_at", None), ("phone_verified_at", None), ("self_registered", True)
                ),
                fields=["joined_at"],
                name="user_unconfirmed",
            ),
        ),
    ]
