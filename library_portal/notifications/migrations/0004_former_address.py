from django.db import migrations

import library_portal.encryption


class Migration(migrations.Migration):

    dependencies = [
        ("notifications", "0003_what_a_message_speaks_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="former_address",
            field=library_portal.encryption.EncryptedTextField(
                blank=True, default="", editable=False, verbose_name="former address"
            ),
        ),
    ]
