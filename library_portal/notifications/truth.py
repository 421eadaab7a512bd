"""Whether what a message says still holds. The context that wrote it knows, and is asked before the mail goes out."""

from collections.abc import Callable

from library_portal.notifications.models import Kind

Check = Callable[[str, str], bool]

_by_kind: dict[str, Check] = {}


def checks(*kinds: Kind) -> Callable[[Check], Check]:
    """Register who can tell, by kind and subject, whether messages of these kinds are still true."""

    def register(check: Check) -> Check:
        _by_kind.update(dict.fromkeys(kinds, check))
        return check

    return register


def still_true(*, kind: str, subject: str) -> bool:
    """A message without a subject, or of a kind that nobody checks, says what stays true."""
    check = _by_kind.get(kind)
    return check is None or not subject or check(kind, subject)
