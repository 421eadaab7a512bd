"""Who writes many books at once, or changes the names that books share, takes turns with all who write books.

Without that they wait for each other in a circle: names are unique, and whoever enters one waits for whoever is just
entering it; a name that a book is about to have could go meanwhile. Lending takes no part (docs/locking.md).
"""

from django.db import connection

_LOCK = "SELECT pg_advisory_xact_lock{}(hashtextextended('catalogue', 0))"


def write_alone() -> None:
    """Nobody else writes books until the end of the caller's transaction. Taken before the books' rows."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(""))


def write_beside_others() -> None:
    """For the writer of a single book. Taken before the book's row."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format("_shared"))
