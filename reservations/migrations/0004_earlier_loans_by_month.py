from django.db import migrations

# Loans from before the catalogue counted them by month.
COUNT_EARLIER_LOANS = """
    INSERT INTO books_monthlyloans (book_id, month, loans)
    SELECT book_id, date_trunc('month', starts_on)::date, count(*)
    FROM reservations_reservation
    WHERE starts_on IS NOT NULL AND book_id IS NOT NULL
    GROUP BY 1, 2
    ON CONFLICT (book_id, month) DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0005_loans_by_month_and_authors_pages'),
        ('reservations', '0003_loans_are_forgotten'),
    ]

    operations = [migrations.RunSQL(COUNT_EARLIER_LOANS, migrations.RunSQL.noop)]
