"""Genres and publishers are renamed and deleted; their books tell of it."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from books import caches
from books.models import Genre, Publisher
from books.services.catalogue import lock_books, names_changed
from books.services.turns import write_alone
from library_portal.errors import InvalidInput, NotFound, PortalError


class NameTaken(InvalidInput):
    title = _("This name is there already, maybe in other letters. If they are one, merge them.")

    def __init__(self) -> None:
        super().__init__(errors={"name": [self.title]})


class PublisherInUse(PortalError):
    code = "conflict"
    status = 409
    title = _("This publisher has books. Merge it with another, or change the books first.")


@transaction.atomic
def rename(model: type[Genre] | type[Publisher], *, pk: int, name: str) -> None:
    """The same name again is no change. Raises NotFound, NameTaken."""
    write_alone()
    named = _locked(model, pk)
    if named.name == name:
        return
    named.name = name
    try:
        with transaction.atomic():
            named.save(update_fields=["name"])
    except IntegrityError as error:
        raise NameTaken from error
    names_changed(book_ids=list(named.books.values_list("pk", flat=True)))
    caches.renew_on_commit()


@transaction.atomic
def delete_name(model: type[Genre] | type[Publisher], *, pk: int) -> None:
    """Books lose a genre that goes. Raises NotFound, PublisherInUse."""
    write_alone()
    named = _locked(model, pk)
    book_ids = list(named.books.values_list("pk", flat=True))
    lock_books(book_ids)
    try:
        named.delete()
    except ProtectedError as error:
        raise PublisherInUse from error
    names_changed(book_ids=book_ids)
    caches.renew_on_commit()


def _locked(model: type[Genre] | type[Publisher], pk: int) -> Genre | Publisher:
    named = model._default_manager.select_for_update(no_key=True).filter(pk=pk).first()
    if named is None:
        raise NotFound
    return named
