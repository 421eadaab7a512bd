"""Reactions to money that arrived: the patron is told."""

from django.utils.translation import gettext as _

from library_portal.notifications import notify
from library_portal.notifications.languages import in_their_language
from library_portal.notifications.models import Kind
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered
from subscriptions.events import PaymentConfirmed


@subscribe(PaymentConfirmed, queue="notifications")
@in_their_language
def send_payment_receipt(delivered: Delivered) -> None:
    payment = delivered.payload
    notify(
        user_id=payment["user_id"],
        kind=Kind.PAYMENT,
        key=f"payment:{payment['payment_id']}",
        title=_("$%(amount)s arrived in your wallet") % {"amount": payment["amount"]},
        body=_("Your payment was confirmed. Thank you."),
        url="/me/wallet/",
    )
