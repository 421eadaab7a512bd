from django.db import migrations, models

from books.matching import author_key


def fill_keys(apps, schema_editor):
    """Merges are made by people, a few at a time: these are not many."""
    AuthorAlias = apps.get_model("books", "AuthorAlias")
    aliases = list(AuthorAlias.objects.only("pk", "name"))
    for alias in aliases:
        alias.match_key = author_key(alias.name)
    AuthorAlias.objects.bulk_update(aliases, ["match_key"], batch_size=2000)


class Migration(migrations.Migration):

    dependencies = [
        ("books", "0013_which_analysis_built_an_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="authoralias",
            name="match_key",
            field=models.CharField(default="", editable=False, max_length=300, verbose_name="key for finding duplicates"),
        ),
        migrations.AddIndex(
            model_name="authoralias",
            index=models.Index(fields=["match_key"], name="author_alias_by_match_key"),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
