"""A reservation that PostgreSQL itself refuses to change: what a bad row or a deadlock does to whoever touches it."""

from django.db import connection

from reservations.models import Reservation

REFUSE = """
    SET CONSTRAINTS ALL IMMEDIATE;
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken row'; END $$;
    CREATE TRIGGER broken_row BEFORE UPDATE ON reservations_reservation FOR EACH ROW WHEN (OLD.id = {id})
    EXECUTE FUNCTION refuse_change();
    SET CONSTRAINTS ALL DEFERRED;
"""
MEND = "DROP TRIGGER broken_row ON reservations_reservation; DROP FUNCTION refuse_change();"


def break_row(reservation: Reservation) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REFUSE.format(id=reservation.pk))


def mend_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute(MEND)
