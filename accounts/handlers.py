"""Messages about accounts. The code is derived here, sent, and kept nowhere."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import codes, queries, reset_links
from accounts.events import AddressClaimed, OtpRequested, PasswordResetRequested
from accounts.models import User
from library_portal.notifications import notify, send_code, send_reset_link
from library_portal.notifications.languages import in_their_language
from library_portal.notifications.models import Kind
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered


@subscribe(OtpRequested, queue="notifications")
def send_requested_code(delivered: Delivered) -> None:
    """Nothing is sent when a newer code has replaced it, the login is over, or there is no address to send it to."""
    asked = {"login_id": delivered.payload["login_id"], "purpose": delivered.payload.get("purpose", codes.LOGIN)}
    channel, issue = delivered.payload["channel"], delivered.payload["issue"]
    if not codes.is_current(**asked, issue=issue):
        return
    user = queries.user(user_id=delivered.payload["user_id"])
    if address := _new_address(user, **asked) if asked["purpose"] == codes.ADDRESS else user.address_for(channel):
        code = codes.derive(login_id=asked["login_id"], issue=issue)
        minutes = settings.ONE_TIME_CODE_SECONDS // 60
        send_code(
            channel=channel, to=address, code=code, minutes=minutes, purpose=asked["purpose"], language=user.language
        )


def _new_address(user: User, *, login_id: str, purpose: str) -> str:
    """Empty where it belongs to somebody else: its owner gets a message, not a code."""
    address = codes.pending(login_id=login_id, purpose=purpose).address
    return "" if queries.other_owner(address=address, user_id=user.pk) else address


@subscribe(AddressClaimed, queue="notifications")
@in_their_language
def tell_owner_of_address(delivered: Delivered) -> None:
    if delivered.payload["user_id"] is None:
        return
    owner = queries.user(user_id=delivered.payload["user_id"])
    notify(
        user_id=owner.pk,
        kind=Kind.ACCOUNT,
        key=f"address-claimed:{delivered.payload['on']}",
        title=_("You already have an account"),
        body=_(
            "Somebody tried to sign up with your e-mail address or phone number, or to add it to another account. If "
            "that was you, log in as %(username)s instead. If not, there is nothing to do: your account is untouched."
        )
        % {"username": owner.username},
        url="/login/",
    )


@subscribe(PasswordResetRequested, queue="notifications")
def send_requested_reset_link(delivered: Delivered) -> None:
    """To active people with an address only. Its time counts from the request: sent again, it is the same."""
    user = User.objects.filter(pk=delivered.payload["user_id"], is_active=True).first()
    if user is None or (channel := reset_links.channel_for(user)) is None:
        return
    code = reset_links.reset_code(user, now=datetime.fromisoformat(delivered.recorded_at))
    if reset_links.is_good(code, user, now=timezone.now()):
        send_reset_link(
            channel=channel,
            to=user.address_for(channel),
            code=code,
            link=reset_links.reset_link(code),
            minutes=settings.PASSWORD_RESET_TIMEOUT // 60,
            language=user.language,
        )
