"""The database notes when a reservation last changed, whoever changes it; lost copies have an index."""

import django.db.models.functions.datetime
from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION note_reservation_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := statement_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER reservation_change_noted
    BEFORE UPDATE ON reservations_reservation
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_reservation_change();
"""

BACKWARDS = """
DROP TRIGGER reservation_change_noted ON reservations_reservation;
DROP FUNCTION note_reservation_change();
"""


class Migration(migrations.Migration):
    dependencies = [("reservations", "0005_moves_losses_hold_shelf_and_calendar")]

    operations = [
        migrations.AddField(
            model_name="reservation",
            name="changed_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="last changed at"
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(condition=models.Q(("lost_on__isnull", False)), fields=["-id"], name="reservation_lost"),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
