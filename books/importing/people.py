"""The names in a file, as the catalogue writes them: one author has one name, however a file spells it."""

from collections.abc import Iterable

from books.importing.record import Contributor
from books.matching import author_key
from books.models import Author, AuthorAlias


def known_names(names: Iterable[str]) -> dict[str, str]:
    """Each name as the catalogue has it: written so, as another name of somebody, or alike but for dots and order.

    Names that nobody has but that are one among themselves become the first of them.
    """
    wanted = list(dict.fromkeys(names))
    known = {name: name for name in Author.objects.filter(name__in=wanted).values_list("name", flat=True)}
    aliases = AuthorAlias.objects.filter(name__in=wanted).values_list("name", "author__name")
    known = {**dict(aliases), **known}
    keys = {name: author_key(name) for name in wanted if name not in known}
    alike = _by_key(keys.values())
    for name, key in keys.items():
        known[name] = alike.setdefault(key, name)
    return known


def _by_key(keys: Iterable[str]) -> dict[str, str]:
    """Of several authors with one key, the one who was entered first; whose other name it is, if it is nobody's own."""
    wanted = set(keys)
    aliases = AuthorAlias.objects.filter(match_key__in=wanted).order_by("-pk").values_list("match_key", "author__name")
    authors = Author.objects.filter(match_key__in=wanted).order_by("-pk").values_list("match_key", "name")
    return dict(aliases) | dict(authors)


def as_known(authors: Iterable[Contributor], known: dict[str, str]) -> tuple[Contributor, ...]:
    """Who appears twice is named once, by what was said first."""
    named: dict[str, Contributor] = {}
    for name, role in authors:
        named.setdefault(known[name], Contributor(known[name], role))
    return tuple(named.values())
