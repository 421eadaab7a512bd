"""What readers ask, in classes that cost differently, drawn at random from the catalogue but alike in every run."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from bench.grown_catalogue import GENRES, Seed

Question = dict[str, Any]
COMMON = ("the", "of", "love", "and", "a", "life", "world", "time", "girl", "secret")


def questions(seeds: list[Seed], *, each: int) -> Iterator[tuple[str, str, Question]]:
    """Class, path below /api/v1/books/ and parameters; `each` of every class, well mixed."""
    chance = random.Random(4)
    mixed = [(name, *ask(chance, chance.choice(seeds))) for name, ask in CLASSES.items() for _ in range(each)]
    chance.shuffle(mixed)
    yield from mixed


def _title(chance: random.Random, seed: Seed) -> Question:
    return {"q": seed.title[:200]}


def _words(chance: random.Random, seed: Seed) -> Question:
    words = [word for word in seed.title.split() if any(map(str.isalnum, word))] or ["book"]
    return {"q": " ".join(chance.sample(words, min(len(words), chance.randint(1, 3))))}


def _author(chance: random.Random, seed: Seed) -> Question:
    return {"q": chance.choice([seed.authors[0], seed.authors[0].split()[-1]])}


def _both(chance: random.Random, seed: Seed) -> Question:
    return {"q": f"{seed.authors[0].split()[-1]} {seed.title}"[:200]}


def _letter(chance: random.Random, seed: Seed) -> Question:
    return {"q": chance.choice("abcdefghijklmnoprstw")}


def _beginning(chance: random.Random, seed: Seed) -> Question:
    return {"q": seed.title[: chance.randint(2, 12)].strip(" -!?.#'\"") or "st"}


def _common(chance: random.Random, seed: Seed) -> Question:
    return {"q": " ".join(chance.sample(COMMON, chance.randint(1, 2)))}


def _misspelt(chance: random.Random, seed: Seed) -> Question:
    text = seed.title if chance.random() < 0.5 else seed.authors[0]
    place = chance.randrange(1, max(2, len(text) - 1))
    return {"q": (text[:place] + text[place + 1 :])[:200] or "st"}


def _nothing(chance: random.Random, seed: Seed) -> Question:
    return {"q": " ".join("".join(chance.choices("qxzjkvw", k=6)) for _ in range(chance.randint(1, 4)))}


def _filters(chance: random.Random, seed: Seed) -> Question:
    year = seed.year or 2000
    among: list[Question] = [
        {"genre": chance.choice(GENRES)},
        {"language": seed.language or "en"},
        {"year_min": year, "year_max": year + 9},
        {"status": chance.choice(["available", "borrowed", "unavailable"])},
        {"publisher": f"Publisher {chance.randint(1, 200)}"},
        {"cover": "hard"},
    ]
    return _words(chance, seed) | chance.choice(among) | chance.choice(among)


def _facets(chance: random.Random, seed: Seed) -> Question:
    return chance.choice([_words, _author, _common, _letter])(chance, seed) | {"facets": 1}


def _sorted(chance: random.Random, seed: Seed) -> Question:
    ask = chance.choice([_words, _common, _letter])
    return ask(chance, seed) | {"sort": chance.choice(["newest", "title", "popular"])}


def _browse(chance: random.Random, seed: Seed) -> Question:
    return chance.choice([{}, {"genre": chance.choice(GENRES)}, {"status": "available"}, {"sort": "title"}])


def _deep(chance: random.Random, seed: Seed) -> Question:
    return _common(chance, seed) | {"page": chance.randint(2, 60)}


CLASSES: dict[str, Callable[[random.Random, Seed], tuple[str, Question]]] = {
    name: lambda chance, seed, ask=ask, path=path: (path, ask(chance, seed))
    for name, path, ask in (
        ("titles", "search/", _title),
        ("words", "search/", _words),
        ("authors", "search/", _author),
        ("author and title", "search/", _both),
        ("one letter", "search/", _letter),
        ("beginnings", "search/", _beginning),
        ("common words", "search/", _common),
        ("misspellings", "search/", _misspelt),
        ("nothing found", "search/", _nothing),
        ("filters", "search/", _filters),
        ("facets", "search/", _facets),
        ("sorts", "search/", _sorted),
        ("browsing", "search/", _browse),
        ("deep pages", "search/", _deep),
        ("suggestions", "suggest/", _beginning),
    )
}
