from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddIndex("auditentry", models.Index(fields=["address", "-id"], name="audit_by_address")),
    ]
