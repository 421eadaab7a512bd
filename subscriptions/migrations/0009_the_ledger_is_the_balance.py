"""A balance and its ledger agree at the end of every transaction: the database itself refuses (rules.md, "Wallet").

Deferred, as the balance and the entry are written one after the other. Two who forgot the wallet's lock meet here: the
entry of the second does not continue that of the first.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION refuse_money_beside_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_wallet bigint;
    newest numeric;
BEGIN
    IF TG_TABLE_NAME = 'subscriptions_ledgerentry' THEN
        of_wallet := NEW.wallet_id;
        IF NEW.balance_after - NEW.amount <> coalesce((
            SELECT balance_after FROM subscriptions_ledgerentry
            WHERE wallet_id = of_wallet AND id < NEW.id ORDER BY id DESC LIMIT 1), 0)
        OR NEW.balance_after <> (
            SELECT balance_after - amount FROM subscriptions_ledgerentry
            WHERE wallet_id = of_wallet AND id > NEW.id ORDER BY id LIMIT 1)
        THEN
            RAISE EXCEPTION 'Ledger entry % of wallet % does not continue the one before', NEW.id, of_wallet
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSE
        of_wallet := NEW.id;
    END IF;
    SELECT balance_after INTO newest FROM subscriptions_ledgerentry
        WHERE wallet_id = of_wallet ORDER BY id DESC LIMIT 1;
    IF (SELECT balance FROM subscriptions_wallet WHERE id = of_wallet) <> coalesce(newest, 0) THEN
        RAISE EXCEPTION 'The balance of wallet % is not what its ledger says', of_wallet
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER wallet_is_its_ledger
    AFTER INSERT OR UPDATE OF balance ON subscriptions_wallet
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_money_beside_ledger();

CREATE CONSTRAINT TRIGGER ledger_is_its_wallet
    AFTER INSERT ON subscriptions_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_money_beside_ledger();
"""

BACKWARDS = """
DROP TRIGGER ledger_is_its_wallet ON subscriptions_ledgerentry;
DROP TRIGGER wallet_is_its_ledger ON subscriptions_wallet;
DROP FUNCTION refuse_money_beside_ledger();
"""


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0008_payments_through_providers")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
