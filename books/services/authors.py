"""What an author's page says. Titles and names of authors are part of their books (`names_changed`)."""

from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from books import caches
from books.matching import author_key
from books.models import Author, AuthorAlias
from books.services.catalogue import names_changed
from books.services.turns import write_alone
from library_portal.errors import InvalidInput, NotFound, PortalError


class StaleAuthor(PortalError):
    code = "stale_object"
    status = 412
    title = _("Somebody else has changed this author's page in the meantime. Read it again, then change it.")


class AuthorNameTaken(InvalidInput):
    """Two authors of one name can't be told apart; if they are one, they can be merged."""

    title = _("Another author has this name.")

    def __init__(self, of: str) -> None:
        said = gettext("This is a name of the author “%s”. If they are one, merge them.") % of
        super().__init__(said, errors={"name": [said]})


class AuthorChanges(TypedDict, total=False):
    """The biography is plain text; `goodreads_url` begins with https://www.goodreads.com/ or is empty."""

    name: str
    biography: str
    city: str
    goodreads_url: str


def lock_author(author_id: int) -> Author:
    """The author, locked until the end of the caller's transaction. Raises NotFound."""
    author = Author.objects.select_for_update(no_key=True).filter(pk=author_id).first()
    if author is None:
        raise NotFound
    return author


@transaction.atomic
def update_author(*, author_id: int, changes: AuthorChanges, version: int | None = None) -> Author:
    """Corrects an author's page, if it still is in the version that was seen (None: whatever it is).

    Changing nothing is no change. Raises NotFound, StaleAuthor, AuthorNameTaken.
    """
    if "name" in changes:
        write_alone()
    author = lock_author(author_id)
    if version is not None and author.version != version:
        raise StaleAuthor
    differing = [name for name, value in changes.items() if getattr(author, name) != value]
    if "name" in differing:
        _take_name(author, changes["name"])
    if differing:
        _save(author, changes, differing)
    return author


def refuse_taken_name(name: str, *, author_id: int | None) -> None:
    """Raises AuthorNameTaken for a name, or another name (AuthorAlias), of an author other than this one."""
    own = Author.objects.filter(name=name).exclude(pk=author_id or 0).values_list("name", flat=True).first()
    others = AuthorAlias.objects.filter(name=name).exclude(author=author_id)
    if of := own or others.values_list("author__name", flat=True).first():
        raise AuthorNameTaken(of)


def _take_name(author: Author, name: str) -> None:
    """One of the author's other names may become the name. Raises AuthorNameTaken."""
    refuse_taken_name(name, author_id=author.pk)
    author.aliases.filter(name=name).delete()


def _save(author: Author, changes: AuthorChanges, differing: list[str]) -> None:
    for name in differing:
        setattr(author, name, changes[name])  # type: ignore[literal-required]
    author.match_key = author_key(author.name)
    author.version += 1
    author.save(update_fields=[*differing, "match_key", "version"])
    if "name" in differing:
        names_changed(book_ids=list(author.books.values_list("pk", flat=True)))
    caches.renew_on_commit()
