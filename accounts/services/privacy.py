"""What people decide about what the portal knows of them: a copy of it, the loan history, and leaving.

The contexts say what that means for their part (`library_portal.personal_data`); docs/privacy.md has the whole.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import queries
from accounts.events import UserDeleted
from accounts.known_devices import forget_places
from accounts.models import Authenticator, RecoveryCode, Role, Session, User
from accounts.services.locks import locked
from accounts.services.sessions import end_all_sessions
from library_portal import audit, personal_data
from library_portal.audit.models import Action
from library_portal.audit.personal_data import forget_origins
from library_portal.outbox import record
from library_portal.personal_data import MayNotLeave

ERASED = {
    "email": None,
    "phone": None,
    "email_verified_at": None,
    "phone_verified_at": None,
    "first_name": "",
    "last_name": "",
    "language": "",
    "role": Role.CUSTOMER,
    "is_superuser": False,
    "is_active": False,
    "keeps_loan_history": False,
    "self_registered": False,
    "last_login": None,
}


class SomethingToLose(MayNotLeave):
    """Deleting the account gives up money; `losses` says what."""

    title = _("Something of value would be given up with this account.")


def export_of(*, user_id: int) -> Iterator[bytes]:
    """One JSON object with everything the portal holds about a person, piece by piece, and never a secret."""
    audit.record(Action.DATA_EXPORTED, whom_id=user_id)
    return personal_data.everything_about(user_id)


def set_loan_history(*, user_id: int, keeps: bool, now: datetime) -> None:
    """Keep what is read from now on, or forget all of it at once. Raises UserNotFound."""
    with transaction.atomic():
        user = locked(user_id)
        if user.keeps_loan_history != keeps:
            User.objects.filter(pk=user_id).update(keeps_loan_history=keeps)
            audit.record(Action.LOAN_HISTORY_CHANGED, whom_id=user_id, keeps=keeps)
        if not keeps:
            for forget in personal_data.histories:
                forget(user_id, now)


def losses_of(*, user_id: int) -> list[str]:
    """What of value goes with the account, each in a few words."""
    return [str(loss) for find in personal_data.losses if (loss := find(user_id))]


def reasons_to_stay(*, user_id: int) -> list[str]:
    """Why the account can't be deleted now; empty when it can."""
    reasons = []
    for object_to_it in personal_data.objections:
        try:
            with transaction.atomic():
                object_to_it(user_id)
        except MayNotLeave as refusal:
            reasons.append(str(refusal))
    return reasons


def delete_account(*, user_id: int, now: datetime, forfeit: bool = False) -> None:
    """Erase the person and keep the ledger (rules.md, "Accounts"); deleting twice changes nothing.

    Places in queues and holds are given up first. Whatever could still be taken out of the account (money) is given up
    only with `forfeit`. Raises UserNotFound, and MayNotLeave while a copy is out, a debt is open, or money
    would be lost.
    """
    if queries.user(user_id=user_id).erased_at is not None:
        return
    with transaction.atomic():
        _check_may_leave(user_id, forfeit)
    for end_business in personal_data.endings:
        end_business(user_id, now)
    with transaction.atomic():
        _check_may_leave(user_id, forfeit)
        _erase_everything(user_id, now)


def _check_may_leave(user_id: int, forfeit: bool) -> None:
    """The objections take the contexts' locks: what they found stays true until the transaction ends."""
    for object_to_it in personal_data.objections:
        object_to_it(user_id)
    if not forfeit and (losses := losses_of(user_id=user_id)):
        raise SomethingToLose(
            _("This would be given up with the account: %(losses)s. Have it paid out at the desk, or agree to it.")
            % {"losses": "; ".join(losses)},
            losses=losses,
        )


def _erase_everything(user_id: int, now: datetime) -> None:
    """Last of all the origins in the audit log, so that this very deletion leaves none."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.erased_at is not None:
        return
    audit.record(Action.ACCOUNT_DELETED, whom_id=user_id)
    end_all_sessions(user_id=user_id, now=now, reason="account deleted")
    for erase in personal_data.erasures:
        erase(user_id, now)
    _erase_account(user, now)
    forget_origins(user_id=user_id)
    record(UserDeleted(user_id=user_id))


def _erase_account(user: User, now: datetime) -> None:
    personal_data.take_name_out_of_admin_log(User.objects.filter(pk=user.pk), name=f"deleted-{user.pk}")
    Session.objects.filter(user=user).update(address=None, user_agent="", refresh_id="")
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    forget_places(user_id=user.pk)
    user.groups.clear()
    user.user_permissions.clear()
    for field, value in ERASED.items():
        setattr(user, field, value)
    user.username, user.erased_at = f"deleted-{user.pk}", now
    user.set_unusable_password()
    user.save()
