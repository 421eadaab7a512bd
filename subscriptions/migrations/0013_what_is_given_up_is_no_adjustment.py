from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0012_disputes_and_refunds_nobody_has"),
    ]

    operations = [
        migrations.AlterField(
            model_name="debt",
            name="kind",
            field=models.CharField(
                choices=[
                    ("top_up", "Top-up"),
                    ("reservation", "Reservation"),
                    ("refund", "Refund"),
                    ("subscription", "Subscription"),
                    ("subscription_credit", "Subscription credit"),
                    ("late_fee", "Late fee"),
                    ("lost_copy", "Lost copy"),
                    ("adjustment", "Adjustment"),
                    ("top_up_refund", "Top-up given back"),
                    ("forfeit", "Given up with the account"),
                ],
                default="late_fee",
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("top_up", "Top-up"),
                    ("reservation", "Reservation"),
                    ("refund", "Refund"),
                    ("subscription", "Subscription"),
                    ("subscription_credit", "Subscription credit"),
                    ("late_fee", "Late fee"),
                    ("lost_copy", "Lost copy"),
                    ("adjustment", "Adjustment"),
                    ("top_up_refund", "Top-up given back"),
                    ("forfeit", "Given up with the account"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
