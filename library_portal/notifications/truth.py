"""What a message says at the moment it is sent. The context that wrote it knows, and is asked before it goes out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from library_portal.notifications.models import Kind, Notification


@dataclass(frozen=True)
class Link:
    """A way on from a mail; `address` begins with a slash. Whoever has the mail has it: it stands nowhere else."""

    label: str
    address: str


@dataclass(frozen=True)
class Words:
    """A message in its person's language; `links` are for the mail alone."""

    title: str
    body: str
    links: Sequence[Link] = ()


Check = Callable[[str, str], bool]
Author = Callable[[Notification], Words | None]

_by_kind: dict[str, Author] = {}


def words_anew(*kinds: Kind) -> Callable[[Author], Author]:
    """Register who writes messages of these kinds again, as of now; None when there is nothing left to say."""

    def register(author: Author) -> Author:
        _by_kind.update(dict.fromkeys(kinds, author))
        return author

    return register


def checks(*kinds: Kind) -> Callable[[Check], Check]:
    """Register who can tell, by kind and subject, whether messages of these kinds are still true as they are."""

    def register(check: Check) -> Check:
        words_anew(*kinds)(lambda told: as_told(told) if check(told.kind, told.subject) else None)
        return check

    return register


def as_told(notification: Notification) -> Words:
    return Words(notification.title, notification.body)


def words_now(notification: Notification) -> Words | None:
    """None when it is no longer true. Without a subject, or of a kind that nobody checks, it says what stays true."""
    author = _by_kind.get(notification.kind)
    return author(notification) if author and notification.subject else as_told(notification)
