"""Watching a book, following an author, and telling those who do."""

from watching.services.telling import tell_available, tell_new_book, tell_new_books
from watching.services.watches import (
    OnTheShelf,
    TooManyWatches,
    end_watch,
    follow_author,
    stop_following,
    stop_watching,
    watch_book,
)

__all__ = [
    "OnTheShelf",
    "TooManyWatches",
    "end_watch",
    "follow_author",
    "stop_following",
    "stop_watching",
    "tell_available",
    "tell_new_book",
    "tell_new_books",
    "watch_book",
]
