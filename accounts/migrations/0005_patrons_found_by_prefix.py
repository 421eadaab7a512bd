from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Lower

import accounts.models

FIELDS = ("username", "email", "first_name", "last_name")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_a_group_for_each_role")]

    operations = [
        migrations.CreateModel(
            name="Patron",
            fields=[],
            options={
                "verbose_name": "patron",
                "verbose_name_plural": "patrons",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("accounts.user",),
            managers=[("objects", accounts.models.PatronManager())],
        ),
        *(
            migrations.AddIndex(
                "user",
                models.Index(OpClass(Lower(field), name="text_pattern_ops"), name=f"user_by_{field}_prefix"),
            )
            for field in FIELDS
        ),
    ]
