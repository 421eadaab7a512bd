"""One change of an account at a time (docs/locking.md)."""

from accounts import queries
from accounts.models import User


def locked(user_id: int) -> User:
    """The person's row; who writes a row that only names the person need not wait.

    An account that was erased can't be changed, least of all opened again. Raises UserNotFound.
    """
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, erased_at=None).first()
    if user is None:
        raise queries.UserNotFound
    return user
