"""Finding authors, genres and publishers by the beginnings of words of their names, each by its index."""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Func, QuerySet

from books.matching import author_key

_WORD = re.compile(r"[^\W_]+")
# What the indexes are made of: authors without accents and with their initials joined.
AUTHOR_WORDS = SearchVector("match_key", config="simple")
NAME_WORDS = SearchVector("name", config="simple")


class NearKey(Func):
    """First letter and last word of a folded name: the same for "j tolkien" and "jrr tolkien"."""

    template = "(left(%(expressions)s, 1) || ' ' || substring(%(expressions)s from '[^ ]+$'))"


def by_words(names: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose names have a word that begins so, for each word of the text, in any order."""
    has_key = hasattr(names.model, "match_key")
    beginnings = _WORD.findall(author_key(text) if has_key else text)
    if not beginnings:
        return names.none()
    wanted = SearchQuery(" & ".join(f"{word}:*" for word in beginnings), config="simple", search_type="raw")
    return names.alias(words_of_name=AUTHOR_WORDS if has_key else NAME_WORDS).filter(words_of_name=wanted)
