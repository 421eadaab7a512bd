"""What the portal holds about a person. Each context registers its part in `<app>/personal_data.py`; `accounts` puts
the parts together when a person takes a copy of everything, stops the loan history, or leaves (docs/privacy.md)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import orjson
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError

Export = Callable[[int], Any]
Objection = Callable[[int], None]
Loss = Callable[[int], Any]
Change = Callable[[int, datetime], None]

# How many rows of a long table an export reads at a time.
ROWS_AT_ONCE = 1000

exports: dict[str, Export] = {}
exported_models: set[type[Model]] = set()
objections: list[Objection] = []
losses: list[Loss] = []
endings: list[Change] = []
erasures: list[Change] = []
histories: list[Change] = []


class MayNotLeave(PortalError):
    """The account can't be deleted now; each context derives its reasons."""

    code = "conflict"
    status = 409
    title = _("This account can't be deleted yet.")


def exports_as(name: str, *models: type[Model]) -> Callable[[Export], Export]:
    """Register what a context knows of a person: a function of the user id that gives JSON values, or an iterator of
    them where there may be many. `models` are the tables that it exports."""

    def register(export: Export) -> Export:
        exports[name] = export
        exported_models.update(models)
        return export

    return register


def may_object(objection: Objection) -> Objection:
    """Register a function of the user id that raises MayNotLeave while the account may not be deleted.

    It runs in a transaction, and takes the context's own lock on the person first, so that its answer stays true.
    """
    objections.append(objection)
    return objection


def would_lose(loss: Loss) -> Loss:
    """Register a function of the user id that says, in a sentence, what of value a person leaves behind, or None."""
    losses.append(loss)
    return loss


def ends_business(ending: Change) -> Change:
    """Register a function of the user id and the time that ends what is still open, in transactions of its own."""
    endings.append(ending)
    return ending


def erases(erasure: Change) -> Change:
    """Register a function of the user id and the time that erases a context's part, inside one transaction with all."""
    erasures.append(erasure)
    return erasure


def forgets_history(forgetting: Change) -> Change:
    """Register a function of the user id and the time that forgets what the person has read, inside a transaction."""
    histories.append(forgetting)
    return forgetting


def take_name_out_of_admin_log(rows: QuerySet[Any], *, name: str) -> None:
    """The admin's log names what staff changed by what it was called then: from now on these rows are called `name`.

    Proxies have lists of their own in the admin, and entries under their own name.
    """
    kinds = [model for model in apps.get_models() if model._meta.concrete_model is rows.model]
    of_these = ContentType.objects.get_for_models(*kinds, for_concrete_models=False).values()
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    LogEntry.objects.filter(content_type__in=of_these, object_id__in=ids).update(object_repr=name)


def everything_about(user_id: int) -> Iterator[bytes]:
    """One JSON object with the parts of all contexts, piece by piece: a long history is never held in memory."""
    before = b"{"
    for name, export in exports.items():
        yield before + _json(name) + b":"
        yield from _written(export(user_id))
        before = b","
    yield b"}"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def _written(value: Any) -> Iterator[bytes]:
    if not isinstance(value, Iterator):
        yield _json(value)
        return
    before = b"["
    for item in value:
        yield before + _json(item)
        before = b","
    yield b"[]" if before == b"[" else b"]"
