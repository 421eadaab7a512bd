"""How many books an author, a genre or a publisher has: counted for the rows that are shown, however many there are."""

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from books.models import Author, Authorship, Book, Genre, Publisher

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
