"""Readers' tags of goodbooks-10k become genres: those that name one, the most used first; shelves and wishes do not."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from books.importing.sources.profiles.profile import Cells, Completing
from books.importing.sources.source import UnknownFile

MOST_GENRES = 5
# A genre that one in twenty names, beside the one named most, is somebody's joke or mistake.
SMALLEST_SHARE = 0.05
# Said of nearly every novel: worth saying where nothing better is said.
GENERAL = "Fiction"
_BOOK, _TAG, _NAME, _COUNT = "goodreads_book_id", "tag_id", "tag_name", "count"
GENRES = {
    "Adventure": "adventure action-adventure action",
    "Art": "art photography design",
    "Biography": "biography biographies biography-memoir autobiography",
    "Business": "business economics finance management marketing leadership",
    "Chick Lit": "chick-lit chicklit chic-lit",
    "Children": "childrens children children-s childrens-books children-s-books children-books picture-books "
    "picture-book kids kids-books childrens-literature children-s-literature juvenile chapter-books",
    "Christian": "christian christianity christian-fiction christian-living",
    "Classics": "classics classic classic-literature classic-fiction classic-lit clàssics modern-classics",
    "Comics": "comics comic-books comic graphic-novels graphic-novel comics-graphic-novels cómics",
    "Contemporary": "contemporary contemporary-fiction realistic-fiction",
    "Cooking": "cooking cookbooks food",
    "Crime": "crime crime-fiction crime-mystery true-crime detective noir",
    "Drama": "drama plays play theatre theater",
    "Dystopia": "dystopia dystopian dystopian-fiction dystopias post-apocalyptic apocalyptic",
    "Erotica": "erotica erotic erotic-romance bdsm",
    "Essays": "essays",
    "Fairy Tales": "fairy-tales fairy-tale fairytales fairytale retellings fairy-tale-retellings folklore",
    "Fantasy": "fantasy high-fantasy epic-fantasy ya-fantasy dark-fantasy sci-fi-fantasy scifi-fantasy",
    "Fiction": "fiction novels novel adult-fiction general-fiction روايات",
    "Gothic": "gothic",
    "Health": "health medicine medical mental-health",
    "Historical Fiction": "historical-fiction historical",
    "History": "history american-history war military",
    "Horror": "horror ghosts zombies zombie",
    "Humor": "humor humour comedy funny satire",
    "LGBT": "lgbt lgbtq queer glbt lgbtqia",
    "Literary Fiction": "literary-fiction literature literary",
    "Magical Realism": "magical-realism",
    "Manga": "manga mangá",
    "Memoir": "memoir memoirs memoir-biography",
    "Middle Grade": "middle-grade",
    "Music": "music",
    "Mystery": "mystery mysteries mystery-thriller mystery-suspense mystery-crime",
    "Mythology": "mythology greek-mythology",
    "Nature": "nature environment animals",
    "New Adult": "new-adult",
    "Nonfiction": "non-fiction nonfiction",
    "Paranormal": "paranormal supernatural vampires vampire werewolves paranormal-romance",
    "Parenting": "parenting",
    "Philosophy": "philosophy",
    "Poetry": "poetry",
    "Politics": "politics political",
    "Psychology": "psychology",
    "Religion": "religion theology spirituality spiritual faith",
    "Romance": "romance contemporary-romance historical-romance regency-romance romantic-suspense",
    "Science": "science physics biology",
    "Science Fiction": "science-fiction sci-fi scifi sf space-opera cyberpunk science-fiction-fantasy",
    "Self-Help": "self-help self-improvement personal-development",
    "Short Stories": "short-stories short-story novellas novella",
    "Sociology": "sociology",
    "Sports": "sports",
    "Spy": "spy espionage",
    "Steampunk": "steampunk",
    "Thriller": "thriller thrillers suspense legal-thriller",
    "Time Travel": "time-travel",
    "Travel": "travel",
    "Urban Fantasy": "urban-fantasy",
    "Western": "western",
    "Young Adult": "young-adult ya teen ya-fiction young-adult-fiction ya-lit ya-books teen-fiction",
}
_GENRE_OF_TAG = {tag: genre for genre, tags in GENRES.items() for tag in tags.split()}


def refuse_tags_alone(header: frozenset[str]) -> None:
    """Raises UnknownFile for a file that tells of tags and of no books."""
    if _TAG in header and header & {_NAME, _COUNT} and "title" not in header:
        raise UnknownFile(
            _(
                "This file has the tags of goodbooks-10k, and no books. Import its books and name the tags beside them:"
                " import_books books.csv --genres-from book_tags.csv --tag-names tags.csv"
            )
        )


def genres_by_book(companions: Mapping[str, Path]) -> Completing:
    """Raises OSError, UnknownFile."""
    if {*companions} != {"genres_from", "tag_names"}:
        raise UnknownFile(_("The tags are in two files: name both, those of the books and the tags' names."))
    genres = _genres(companions["genres_from"], _genres_of_tags(companions["tag_names"]))

    def complete(cells: Cells) -> Cells:
        return {**cells, "genres": "; ".join(genres.get(cells.get(_BOOK, ""), ()))}

    return complete


def _genres_of_tags(path: Path) -> dict[str, str]:
    with _rows(path, {_TAG, _NAME}) as rows:
        return {row[_TAG]: genre for row in rows if (genre := _GENRE_OF_TAG.get(row[_NAME].strip().casefold()))}


def _genres(path: Path, genre_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    votes: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    with _rows(path, {_TAG, _BOOK, _COUNT}) as rows:
        for row in rows:
            if genre := genre_of.get(row[_TAG]):
                votes[row[_BOOK]][genre] += int(row[_COUNT]) if row[_COUNT].isdecimal() else 0
    return {book: _chosen(counted) for book, counted in votes.items()}


def _chosen(every: Mapping[str, int]) -> tuple[str, ...]:
    votes = {genre: count for genre, count in every.items() if genre != GENERAL} or every
    most = max(votes.values())
    by_votes = sorted(votes, key=lambda genre: (-votes[genre], genre))
    return tuple(genre for genre in by_votes if votes[genre] >= most * SMALLEST_SHARE)[:MOST_GENRES]


@contextmanager
def _rows(path: Path, columns: set[str]) -> Iterator[Iterator[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(file, restval="")
        if missing := columns - set(reader.fieldnames or ()):
            detail = _("%(file)s has no tags: these columns are missing: %(columns)s.")
            raise UnknownFile(detail % {"file": path.name, "columns": ", ".join(sorted(missing))})
        yield iter(reader)
