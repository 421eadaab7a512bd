"""An address that somebody only named at sign-up, and never showed to be theirs, belongs to the next who names it."""

from accounts import queries
from accounts.models import User


def take_unconfirmed(address: str, *, user_id: int | None = None) -> int:
    """Takes this e-mail or phone from such sign-ups, for this person if there is one already; logins that wait for a
    code there are over, as their seal names the address. How many there were."""
    field = queries.field_of(address)
    claims = queries.unconfirmed_claims(address)
    return (claims.exclude(pk=user_id) if user_id else claims).update(**{field: None})


def vouch(user: User) -> None:
    """Staff have looked at this person: no stranger's sign-up takes an address from them."""
    User.objects.filter(pk=user.pk).update(self_registered=False)
