from django.db import migrations

from books.matching import author_key


def fill_author_keys(apps, schema_editor):
    Author = apps.get_model("books", "Author")
    batch = []
    for author in Author.objects.only("pk", "name").iterator(chunk_size=2000):
        author.match_key = author_key(author.name)
        batch.append(author)
        if len(batch) == 2000:
            Author.objects.bulk_update(batch, ["match_key"])
            batch = []
    Author.objects.bulk_update(batch, ["match_key"])


class Migration(migrations.Migration):

    dependencies = [
        ("books", "0006_imports_isbns_and_author_keys"),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO books_isbn (number, book_id) SELECT isbn, id FROM books_book WHERE isbn IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(fill_author_keys, migrations.RunPython.noop),
    ]
