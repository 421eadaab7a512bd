"""The three plans with the numbers of rules.md ("Plans"); from here on they are edited in the admin."""

from decimal import Decimal

from django.db import migrations

PLANS = [
    {
        "code": "FREE",
        "name": "Free",
        "price": Decimal(0),
        "holds_per_week": 1,
        "max_copies": 1,
        "max_days": 7,
        "priority": 0,
    },
    {
        "code": "PLUS",
        "name": "Plus",
        "price": Decimal(5),
        "holds_per_week": 3,
        "max_copies": 5,
        "max_days": 7,
        "priority": 1,
        "discount_percent": 10,
        "frequent_reader_percent": 30,
        "big_spender_percent": 100,
    },
    {
        "code": "PREMIUM",
        "name": "Premium",
        "price": Decimal(15),
        "holds_per_week": None,
        "max_copies": 10,
        "max_days": 14,
        "priority": 2,
        "discount_percent": 20,
        "frequent_reader_percent": 30,
        "big_spender_percent": 100,
    },
]


def create_plans(apps, schema_editor):
    plan = apps.get_model("subscriptions", "Plan")
    for row in PLANS:
        plan.objects.get_or_create(code=row["code"], defaults=row)


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0001_initial")]
    operations = [migrations.RunPython(create_plans, migrations.RunPython.noop)]
