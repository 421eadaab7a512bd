"""Tables as the migrations leave them, after a test that committed: a twentieth of the work of Django's `flush`.

`flush` makes each of 90 tables anew, then permissions, groups and plans. Here the few rows of a test are deleted, and
those that the migrations made are put back from a copy.
"""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

COPIES = "as_migrated"
LARGE = """SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 1000000"""


def keep_what_the_migrations_made() -> None:
    """Once, before the first test."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {COPIES}")
        for table in _with_rows(cursor):
            cursor.execute(f'CREATE TABLE {COPIES}."{table}" AS TABLE "{table}"')


def empty_tables(_test: TransactionTestCase) -> None:
    """Waits for whoever still writes, as `flush` does. Foreign keys and the ledger's guards do not stand in the way."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        every = ", ".join(f'"{table}"' for table in _tables(cursor))
        cursor.execute(f"LOCK TABLE {every} IN ACCESS EXCLUSIVE MODE")
        for table in _with_rows(cursor):
            cursor.execute(f'DELETE FROM "{table}"')
        for table in _tables(cursor, COPIES):
            cursor.execute(f'INSERT INTO "{table}" TABLE {COPIES}."{table}"')
    _make_small_again()


def _make_small_again() -> None:
    """What thousands of deleted rows leave would change the plans of later tests."""
    with connection.cursor() as cursor:
        cursor.execute(LARGE)
        for (table,) in cursor.fetchall():
            cursor.execute(f'VACUUM "{table}"')


def _tables(cursor: CursorWrapper, schema: str = "public") -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    return [name for (name,) in cursor.fetchall()]


def _with_rows(cursor: CursorWrapper) -> list[str]:
    looked_at = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in _tables(cursor))
    cursor.execute(" UNION ALL ".join(looked_at))
    return [name for (name,) in cursor.fetchall()]
