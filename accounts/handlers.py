"""Messages about accounts. The code is derived here, sent, and kept nowhere."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import codes, queries
from accounts.events import AddressClaimed, OtpRequested
from library_portal.notifications import notify, send_code
from library_portal.notifications.models import Kind
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered


@subscribe(OtpRequested, queue="notifications")
def send_requested_code(delivered: Delivered) -> None:
    """Nothing is sent when a newer code has replaced it, the login is over, or there is no address to send it to."""
    login_id, issue = delivered.payload["login_id"], delivered.payload["issue"]
    channel = delivered.payload["channel"]
    if not codes.is_current(login_id=login_id, issue=issue):
        return
    if address := queries.user(user_id=delivered.payload["user_id"]).address_for(channel):
        code = codes.derive(login_id=login_id, issue=issue)
        send_code(channel=channel, to=address, code=code, minutes=settings.ONE_TIME_CODE_SECONDS // 60)


@subscribe(AddressClaimed, queue="notifications")
def tell_owner_of_address(delivered: Delivered) -> None:
    owner = queries.user(user_id=delivered.payload["user_id"])
    notify(
        user_id=owner.pk,
        kind=Kind.ACCOUNT,
        key=f"address-claimed:{delivered.payload['on']}",
        title=_("You already have an account"),
        body=_(
            "Somebody tried to sign up with your e-mail address or phone number. If that was you, log in as "
            "%(username)s instead. If not, there is nothing to do: your account is untouched."
        )
        % {"username": owner.username},
        url="/login/",
    )
