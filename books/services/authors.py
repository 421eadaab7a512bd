"""What an author's page says. Titles and names of authors are part of their books (`names_changed`)."""

from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from books import caches
from books.matching import author_key
from books.models import Author
from books.services.catalogue import names_changed
from library_portal.errors import NotFound, PortalError


class StaleAuthor(PortalError):
    code = "stale_object"
    status = 412
    title = _("Somebody else has changed this author's page in the meantime. Read it again, then change it.")


class AuthorChanges(TypedDict, total=False):
    """The biography is plain text; `goodreads_url` begins with https://www.goodreads.com/ or is empty."""

    name: str
    biography: str
    city: str
    goodreads_url: str


@transaction.atomic
def update_author(*, author_id: int, changes: AuthorChanges, version: int | None = None) -> Author:
    """Corrects an author's page, if it still is in the version that was seen (None: whatever it is).

    Changing nothing is no change. Raises NotFound, StaleAuthor.
    """
    author = Author.objects.select_for_update(no_key=True).filter(pk=author_id).first()
    if author is None:
        raise NotFound
    if version is not None and author.version != version:
        raise StaleAuthor
    differing = [name for name, value in changes.items() if getattr(author, name) != value]
    if differing:
        _save(author, changes, differing)
    return author


def _save(author: Author, changes: AuthorChanges, differing: list[str]) -> None:
    for name in differing:
        setattr(author, name, changes[name])  # type: ignore[literal-required]
    author.match_key = author_key(author.name)
    author.version += 1
    author.save(update_fields=[*differing, "match_key", "version"])
    if "name" in differing:
        names_changed(book_ids=list(author.books.values_list("pk", flat=True)))
    caches.renew_on_commit()
