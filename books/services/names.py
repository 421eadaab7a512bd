"""Authors, genres and publishers are known by name: found, or entered when they are new."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from books.matching import author_key
from books.models import Author, AuthorAlias, Genre, Publisher


def author_ids(names: Iterable[str]) -> dict[str, int]:
    """By each name as it was asked for: the other names of an author (AuthorAlias) are that author's."""
    wanted = sorted(set(names))
    aliases = dict(AuthorAlias.objects.filter(name__in=wanted).values_list("name", "author_id"))
    own = [name for name in wanted if name not in aliases]
    new = (Author(name=name, match_key=author_key(name)) for name in own)
    Author.objects.bulk_create(new, ignore_conflicts=True)
    return aliases | dict(Author.objects.filter(name__in=own).values_list("name", "pk"))


def genre_ids(names: Iterable[str]) -> dict[str, int]:
    return _ids_ignoring_case(Genre, names)


def publisher_ids(names: Iterable[str]) -> dict[str, int]:
    return _ids_ignoring_case(Publisher, names)


def _ids_ignoring_case(model: Any, names: Iterable[str]) -> dict[str, int]:
    """By each name as it was asked for. What is the same letter in another case, PostgreSQL decides."""
    wanted = sorted(set(names))
    model.objects.bulk_create((model(name=name) for name in wanted), ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asked, id FROM unnest(%s::text[]) AS asked "  # noqa: S608 - the table's name is ours
            f"JOIN {model._meta.db_table} ON lower(name) = lower(asked)",
            [wanted],
        )
        return dict(cursor.fetchall())
