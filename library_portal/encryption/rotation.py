"""Writing every encrypted value anew with the first key, so that the older keys may go."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Cast

from library_portal.encryption import EncryptedTextField, Undecipherable, encrypt_anew

BATCH = 200


@dataclass
class Rotated:
    """Of one table: rows written anew, and rows that no key can read."""

    model: type[models.Model]
    rows: int = 0
    unreadable: int = 0


def rotate_keys() -> Iterator[Rotated]:
    """Table by table. Safe to interrupt and to repeat: each batch is a transaction that holds its rows."""
    for model in apps.get_models():
        names = [field.attname for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]
        if names:
            yield _rotate_table(model, names)


def _rotate_table(model: type[models.Model], names: list[str]) -> Rotated:
    done, last_pk = Rotated(model), None
    while batch_end := _rotate_batch(model, names, last_pk, done):
        last_pk = batch_end
    return done


@transaction.atomic
def _rotate_batch(model: type[models.Model], names: list[str], after: Any, done: Rotated) -> Any:
    """The last primary key of the batch, None when there is nothing left."""
    rows = model._base_manager.order_by("pk").select_for_update(of=("self",))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    as_stored = {f"stored_{name}": Cast(name, TextField()) for name in names}
    batch = list(rows.annotate(**as_stored).values_list("pk", *as_stored)[:BATCH])
    for pk, *stored in batch:
        try:
            anew = {name: _anew(text) for name, text in zip(names, stored, strict=True)}
        except Undecipherable:
            done.unreadable += 1
        else:
            model._base_manager.filter(pk=pk).update(**anew)
            done.rows += 1
    return batch[-1][0] if batch else None


def _anew(stored: str | None) -> Value:
    """As an expression of plain text: the field itself would encrypt it a second time."""
    return Value(encrypt_anew(stored) if stored else stored, TextField())
