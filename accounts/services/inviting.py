"""Librarians enter a patron who stands at the desk; the patron sets the password by a link, which staff never see."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import queries
from accounts.events import PasswordResetRequested
from accounts.models import User
from accounts.services.people import add_person
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput
from library_portal.notifications.sms import sms_is_available
from library_portal.outbox import record


def invite_person(*, user: User, now: datetime) -> User:
    """Save a new account without a password, with the role it has; the link to set one goes to its e-mail or phone.

    Using the link shows that the address is theirs: a librarian's look at the person is no proof of that.
    Raises InvalidInput.
    """
    user.username = User.normalize_username(user.username)
    user.code_channel = User.Channel.EMAIL if user.email else User.Channel.SMS
    _validate(user)
    try:
        with transaction.atomic():
            add_person(user=user, password=None, now=now)
            send_password_link(user_id=user.pk)
    except IntegrityError as error:  # somebody else was faster
        raise InvalidInput(errors=queries.taken(user)) from error
    return user


def send_password_link(*, user_id: int) -> None:
    """By staff, for who was invited or can't log in: it goes where a link that they ask for themselves would go."""
    with transaction.atomic():
        audit.record(Action.PASSWORD_RESET_ASKED, whom_id=user_id)
        record(PasswordResetRequested(user_id=user_id))


def _validate(user: User) -> None:
    errors = queries.taken(user)
    if not (user.email or user.phone):
        errors["email"] = [_("Give an e-mail address or a phone number.")]
    elif not (user.email or sms_is_available()):
        errors["email"] = [_("Give an e-mail address: this library sends no text messages.")]
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        errors |= error.message_dict
    if errors:
        raise InvalidInput(errors=errors)
