"""Where cover pictures lie in the portal's storage: `covers/<two letters>/<hash>-small.webp`, `…-large.webp`."""

import re
from collections.abc import Iterator

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from books.covers.pictures import WIDTHS, CoverPicture

FOLDER = "covers"
_NAME = re.compile(r"([0-9a-f]{64})-(?:small|large)\.webp", re.ASCII)


def picture_addresses(picture_hash: str) -> dict[str, str] | None:
    """By size; None for a book without a picture."""
    return {size: settings.MEDIA_URL + _place(picture_hash, size) for size in WIDTHS} if picture_hash else None


def keep(picture: CoverPicture) -> None:
    """Storing what is there already changes nothing; what a process that died left half written is written anew."""
    for size, content in picture.files.items():
        place = _place(picture.hash, size)
        if default_storage.exists(place):
            if default_storage.size(place) == len(content):
                continue
            default_storage.delete(place)
        default_storage.save(place, ContentFile(content))


def delete(picture_hash: str) -> None:
    for size in WIDTHS:
        default_storage.delete(_place(picture_hash, size))


def read(folder: str, name: str) -> bytes | None:
    """A picture by its address; None for anything that is not the address of a cover picture."""
    found = _NAME.fullmatch(name)
    if found is None or folder != found[1][:2]:
        return None
    try:
        with default_storage.open(f"{FOLDER}/{folder}/{name}") as file:
            return file.read()
    except FileNotFoundError:
        return None


def kept_hashes() -> Iterator[set[str]]:
    """The hashes of all pictures, a folder at a time."""
    folders = default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else []
    for folder in folders:
        names = map(_NAME.fullmatch, default_storage.listdir(f"{FOLDER}/{folder}")[1])
        yield {name[1] for name in names if name}


def _place(picture_hash: str, size: str) -> str:
    return f"{FOLDER}/{picture_hash[:2]}/{picture_hash}-{size}.webp"
