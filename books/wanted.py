"""What a list of books is narrowed to. What contradicts itself or names nothing is refused wherever it is asked for."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from books.models import Author, AuthorAlias, Genre, Publisher
from books.search.queries import is_used
from books.search.querying import Filters
from library_portal.errors import InvalidInput

NAMED: dict[str, type[Model]] = {"author": Author, "genre": Genre, "category": Genre, "publisher": Publisher}
AS_GIVEN = ("language", "cover", "status")
YEARS = ("year_min", "year_max")

Asked = Mapping[str, Any]


class UnknownName(InvalidInput):
    """A filter names an author, a genre or a publisher that does not exist."""


def contradictions(asked: Asked) -> dict[str, list[Any]]:
    """Field → what is wrong with it."""
    errors: dict[str, list[Any]] = {}
    first, last = asked.get("year_min"), asked.get("year_max")
    if first is not None and last is not None and first > last:
        errors["year_min"] = [_("It is after the last year.")]
    if asked.get("genre") and asked.get("category") and asked["genre"] != asked["category"]:
        errors["category"] = [_("It is the same filter as genre, and says something else.")]
    return errors


def filters_from(asked: Asked) -> Filters:
    named = {_kind(field): meant(field, asked[field]) for field in NAMED if asked.get(field)}
    years = {field: int(asked[field]) for field in YEARS if asked.get(field) is not None}
    return Filters(**named, **years, **{field: asked[field] for field in AS_GIVEN if asked.get(field)})


def id_or_name(value: str) -> int | str:
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else value


def meant(field: str, value: str) -> int | str:
    """An id or a name; another name of an author (AuthorAlias) means that author."""
    wanted = id_or_name(value)
    if field != "author" or isinstance(wanted, int):
        return wanted
    return AuthorAlias.objects.filter(name=wanted).values_list("author_id", flat=True).first() or wanted


def refuse_unknown(asked: Asked) -> None:
    """For a list that came out empty, so that none is empty in silence. Raises UnknownName."""
    missing = [field for field in NAMED if asked.get(field) and not _exists(field, meant(field, asked[field]))]
    if missing:
        raise UnknownName(errors={field: [_("Nothing in the catalogue is called this.")] for field in missing})


def _exists(field: str, value: int | str) -> bool:
    """A name is known by any writing of it that a book is found by, else just as it is."""
    rows = NAMED[field]._default_manager.all()
    if isinstance(value, int):
        return rows.filter(pk=value).exists()
    if is_used(Filters(**{_kind(field): value})):
        return True
    if NAMED[field] is Author:
        return rows.filter(name=value).exists()
    return rows.alias(folded=Lower("name")).filter(folded=Lower(Value(value))).exists()


def _kind(field: str) -> str:
    return "genre" if field == "category" else field
