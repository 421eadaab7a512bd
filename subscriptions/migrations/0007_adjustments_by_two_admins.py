import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("subscriptions", "0006_what_a_period_cost"),
    ]

    operations = [
        migrations.CreateModel(
            name="AdjustmentRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="amount")),
                ("reason", models.CharField(max_length=140, verbose_name="reason")),
                (
                    "idempotency_key",
                    models.CharField(editable=False, max_length=255, unique=True, verbose_name="idempotency key"),
                ),
                ("requested_at", models.DateTimeField(verbose_name="asked for at")),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for a second admin"),
                            ("at_once", "needed no second admin"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                        ],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="subscriptions.wallet",
                        verbose_name="wallet",
                    ),
                ),
            ],
            options={
                "verbose_name": "adjustment",
                "verbose_name_plural": "adjustments",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["wallet", "requested_by", "requested_at"], name="adjustment_of_a_day"),
                    models.Index(fields=["decision", "-id"], name="adjustment_by_decision"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=~Q(amount=0), name="adjustment_amount_not_zero"),
                    models.CheckConstraint(
                        condition=Q(decision="waiting", decided_at=None)
                        | (~Q(decision="waiting") & Q(decided_at__isnull=False)),
                        name="adjustment_decided_has_time",
                    ),
                    models.CheckConstraint(
                        condition=~Q(decision="approved") | Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                        name="adjustment_approved_by_another",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(condition=~Q(code="FREE") | Q(price=0), name="plan_free_costs_nothing"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["created_at"], include=["kind", "amount"], name="ledger_by_time"),
        ),
        migrations.AddIndex(
            model_name="debt",
            index=models.Index(
                fields=["created_at"],
                include=["outstanding"],
                condition=Q(outstanding__gt=0),
                name="debt_open_by_time",
            ),
        ),
    ]
