"""When two authors turn out to be one, other contexts move what they keep of them, in the same transaction.

Each registers its part in `<app>/merges.py`, as with `library_portal.personal_data`.
"""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError

# Gets the id of the author who stays and those of the others, who are deleted right after; may raise CannotBeMerged.
Move = Callable[[int, Sequence[int]], None]

moves: list[Move] = []


class CannotBeMerged(PortalError):
    """These authors can't become one; each context derives its reasons."""

    code = "conflict"
    status = 409
    title = _("These authors can't be merged.")


def follows_merges(move: Move) -> Move:
    moves.append(move)
    return move
