"""When two authors turn out to be one, other contexts move what they keep of them, in the same transaction.

Each registers its part in `<app>/merges.py`, as with `library_portal.personal_data`.
"""

from collections.abc import Callable, Sequence

# Gets the id of the author who stays and those of the others, who are deleted right after; may refuse by a PortalError.
Move = Callable[[int, Sequence[int]], None]

moves: list[Move] = []


def follows_merges(move: Move) -> Move:
    moves.append(move)
    return move
