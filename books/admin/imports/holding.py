"""A file of unknown columns is held until its sender has said what they mean: one for each person, the newest."""

from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage


def hold(file: File, *, user_id: int, key: UUID) -> None:
    let_go(user_id=user_id)
    default_storage.save(_path(user_id, key), file)


def held(*, user_id: int, key: UUID) -> File | None:
    """The file, open for reading, unless another came since."""
    path = _path(user_id, key)
    return default_storage.open(path, "rb") if default_storage.exists(path) else None


def let_go(*, user_id: int) -> None:
    folder = _folder(user_id)
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")


def _folder(user_id: int) -> str:
    return f"imports/held/{user_id}"


def _path(user_id: int, key: UUID) -> str:
    return f"{_folder(user_id)}/{key.hex}"
