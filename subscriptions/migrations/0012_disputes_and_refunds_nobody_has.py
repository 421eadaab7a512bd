from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0011_payments_of_a_day"),
    ]

    operations = [
        migrations.AlterField(
            model_name="paymentrefund",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "on its way"),
                    ("done", "given back"),
                    ("failed", "failed"),
                    ("held", "failed, in no wallet"),
                ],
                default="pending",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="providerevent",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("credited", "credited"),
                    ("failed", "payment failed"),
                    ("held", "paid, not credited"),
                    ("refunded", "refund settled"),
                    ("nothing", "nothing to do"),
                    ("unknown", "of no payment of ours"),
                    ("unasked", "given back, not by us"),
                    ("disputed", "disputed, to be answered there"),
                ],
                max_length=10,
                verbose_name="outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="providerevent",
            index=models.Index(
                condition=models.Q(("outcome__in", ["unasked", "disputed"])),
                fields=["payment"],
                name="provider_event_to_look_after",
            ),
        ),
    ]
