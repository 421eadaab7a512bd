"""The patron is told of money that arrived, and of the plan."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from library_portal.notifications import notify
from library_portal.notifications.languages import in_their_language
from library_portal.notifications.models import Kind
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered
from subscriptions import queries
from subscriptions.events import (
    PaymentConfirmed,
    PaymentRefunded,
    PaymentRefundFailed,
    SubscriptionEndsSoon,
    SubscriptionExpired,
    SubscriptionRenewalFailed,
    SubscriptionRenewed,
)
from subscriptions.models import Subscription


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


@subscribe(PaymentRefunded, queue="notifications")
@in_their_language
def tell_refunded(delivered: Delivered) -> None:
    _tell_of_refund(
        delivered,
        title=_("$%(amount)s goes back to you") % {"amount": delivered.payload["amount"]},
        body=_("A top-up was given back by the way you paid it. That takes some days with most banks."),
    )


@subscribe(PaymentRefundFailed, queue="notifications")
@in_their_language
def tell_refund_failed(delivered: Delivered) -> None:
    _tell_of_refund(
        delivered,
        title=_("$%(amount)s could not be given back") % {"amount": delivered.payload["amount"]},
        body=_("The payment provider could not give your top-up back. The money is in your wallet again."),
    )


def _tell_of_refund(delivered: Delivered, *, title: str, body: str) -> None:
    refund = delivered.payload
    notify(
        user_id=refund["user_id"],
        kind=Kind.PAYMENT,
        key=f"{delivered.name}:{refund['refund_id']}",
        title=title,
        body=body,
        url=f"/me/wallet/payments/{refund['payment_id']}/",
    )


@subscribe(SubscriptionRenewed, queue="notifications")
@in_their_language
def tell_renewed(delivered: Delivered) -> None:
    renewal = delivered.payload
    _tell(
        delivered,
        title=_("Your plan was renewed"),
        body=_("$%(charged)s was charged. It runs until %(until)s.")
        % {"charged": renewal["charged"], "until": _day(renewal["ends_at"])},
    )


@subscribe(SubscriptionRenewalFailed, queue="notifications")
@in_their_language
def tell_renewal_failed(delivered: Delivered) -> None:
    _tell(
        delivered,
        title=_("Your plan could not be renewed"),
        body=_("Your wallet did not cover its price, so you are on the Free plan now. Top up and choose a plan again."),
    )


@subscribe(SubscriptionExpired, queue="notifications")
@in_their_language
def tell_expired(delivered: Delivered) -> None:
    _tell(delivered, title=_("Your plan has ended"), body=_("You are on the Free plan now."))


@subscribe(SubscriptionEndsSoon, queue="notifications")
@in_their_language
def tell_ends_soon(delivered: Delivered) -> None:
    ending = queries.subscription_of(user_id=delivered.payload["user_id"])
    if ending is None or ending.period_ends_at is None or not _is_told_of(ending, delivered):
        return
    _tell(delivered, title=_("Your plan ends soon"), body=_what_follows(ending))


def _is_told_of(subscription: Subscription, delivered: Delivered) -> bool:
    """Not changed since: another period is told of at its own time."""
    return subscription.period_ends_at.isoformat() == delivered.payload["ends_at"]


def _what_follows(subscription: Subscription) -> str:
    plan, until = subscription.next_plan or subscription.plan, _day(subscription.period_ends_at.isoformat())
    if not subscription.auto_renew or plan.price == 0:
        return _("It runs until %(until)s. After that you are on the Free plan.") % {"until": until}
    return _("On %(until)s it goes on as %(plan)s: $%(price)s is charged to your wallet then.") % {
        "until": until,
        "plan": plan.name,
        "price": plan.price,
    }


def _day(moment: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "j F Y")


def _tell(delivered: Delivered, *, title: str, body: str) -> None:
    notify(
        user_id=delivered.payload["user_id"],
        kind=Kind.PLAN,
        key=f"{delivered.name}:{delivered.event_id}",
        title=title,
        body=body,
        url="/me/plan/",
    )
