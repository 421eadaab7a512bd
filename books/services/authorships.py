"""Who made a book, in the order of the title page, and as what."""

from collections.abc import Sequence
from typing import NamedTuple

from books.models import Authorship, Book
from books.services.names import author_ids


class Credit(NamedTuple):
    """A name and what its owner did: empty for the writer, else such as "translator"; None keeps what is known."""

    name: str
    role: str | None = None


def set_authors(book: Book, people: Sequence[str | Credit]) -> bool:
    """A plain name keeps the role it has; a name given twice counts once. Tells whether anything changed."""
    credits = [Credit(person) if isinstance(person, str) else person for person in people]
    ids = author_ids(credit.name for credit in credits)
    known = dict(book.authorships.order_by("position", "pk").values_list("author_id", "role"))
    wanted: dict[int, str] = {}
    for name, role in credits:
        author_id = ids[name]
        wanted.setdefault(author_id, known.get(author_id, "") if role is None else role)
    if list(wanted.items()) == list(known.items()):
        return False
    book.authorships.all().delete()
    Authorship.objects.bulk_create(
        Authorship(book=book, author_id=author_id, position=position, role=role)
        for position, (author_id, role) in enumerate(wanted.items())
    )
    return True
