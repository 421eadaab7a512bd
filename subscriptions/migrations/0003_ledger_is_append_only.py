"""Ledger entries can't be changed, deleted or truncated: the database itself refuses (rules.md, "Wallet")."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_append_only
    BEFORE UPDATE OR DELETE ON subscriptions_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();

CREATE TRIGGER ledger_no_truncate
    BEFORE TRUNCATE ON subscriptions_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
"""

BACKWARDS = """
DROP TRIGGER ledger_no_truncate ON subscriptions_ledgerentry;
DROP TRIGGER ledger_append_only ON subscriptions_ledgerentry;
DROP FUNCTION refuse_ledger_change();
"""


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0002_plans")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
