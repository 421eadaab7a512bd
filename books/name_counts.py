"""Authors, genres and publishers, each with how many books there are: counted for the rows that are shown only."""

from typing import Any

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from books.models import Author, Authorship, Book, Genre, Publisher
from library_portal.errors import NotFound

# The link from a name to its books, its field for the name, and its way to the book.
LINKS: dict[type[Model], tuple[type[Model], str, str]] = {
    Author: (Authorship, "author", "book__"),
    Genre: (Book.genres.through, "genre", "book__"),
    Publisher: (Book, "publisher", ""),
}


def count_of_books(model: type[Model], *, present: bool = False) -> Coalesce:
    """All of them, or only those that readers may find."""
    link, field, book = LINKS[model]
    links: QuerySet[Model] = link._default_manager.filter(**{field: OuterRef("pk")})
    if present:
        links = links.filter(**{f"{book}withdrawn_at": None})
    counted = links.order_by().values(field).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def names(model: type[Author] | type[Genre] | type[Publisher]) -> QuerySet[Any]:
    """Rows of id, name and how many books readers may find, in the order of the index on their names."""
    rows: QuerySet[Any] = model._default_manager.annotate(books_count=count_of_books(model, present=True))
    return rows.order_by("name" if model is Author else Lower("name")).values("id", "name", "books_count")


def name(model: type[Genre] | type[Publisher], *, pk: int) -> dict[str, Any]:
    """Raises NotFound."""
    row = names(model).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
