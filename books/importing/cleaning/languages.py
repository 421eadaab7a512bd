"""Languages by code or by name: "eng", "en-US", "English", "Deutsch", "inglés"."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, override
from django.utils.translation import gettext as _

from books.importing.cleaning.text import one_line
from books.importing.record import Warn
from books.languages import UnknownLanguage, language_code

SEVERAL = "mul"
_BETWEEN = re.compile(r"\s*[;,/|]\s*")
_NAMES_ARE_WRITTEN_IN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ru")
# Languages of books that Django has no translation for.
_OTHERS = {
    "maori": "mi", "latin": "la", "yiddish": "yi", "sanskrit": "sa", "ancient greek": "grc", "old english": "ang",
    "middle english": "enm", "chinese": "zh", "norwegian": "no", "persian": "fa", "hawaiian": "haw", "filipino": "fil",
    "tibetan": "bo", "provençal": "oc", "multiple languages": SEVERAL, "multilingual": SEVERAL,
}  # fmt: skip


def language(value: str, warn: Warn) -> str:
    """ISO 639's code; that for several languages where the cell names several."""
    codes = dict.fromkeys(filter(None, (_one(name, warn) for name in _BETWEEN.split(one_line(value)) if name)))
    if len(codes) > 1:
        warn(_("Several languages: %s.") % one_line(value))
        return SEVERAL
    return next(iter(codes), "")


def _one(text: str, warn: Warn) -> str:
    try:
        return _code(text)
    except UnknownLanguage as error:
        warn(_("%s Stored without language.") % error)
        return ""


@lru_cache(maxsize=1_000)
def _code(text: str) -> str:
    """Raises UnknownLanguage."""
    return _names().get(text.casefold()) or language_code(text)


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): code.split("-")[0] for name, code in _every_name()} | _OTHERS


def _every_name() -> Iterator[tuple[str, str]]:
    named = {code: info for code, info in LANG_INFO.items() if "name" in info and "-" not in code}
    for written_in in _NAMES_ARE_WRITTEN_IN:
        with override(written_in):
            yield from ((gettext(info["name"]), code) for code, info in named.items())
    yield from ((info["name_local"], code) for code, info in named.items())
