"""The patron is told of money that arrived, and of the plan."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from library_portal.notifications import notify
from library_portal.notifications.languages import in_their_language
from library_portal.notifications.models import Kind, Notification
from library_portal.notifications.truth import Words, as_told, words_anew
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

# What messages about plans are true of: a period that ends then, or being on Free.
UNTIL, ON_FREE = "plan-until:", "plan:free"


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
    _tell_who_is_on_free(
        delivered,
        title=_("Your plan could not be renewed"),
        body=_("Your wallet did not cover its price, so you are on the Free plan now. Top up and choose a plan again."),
    )


@subscribe(SubscriptionExpired, queue="notifications")
@in_their_language
def tell_expired(delivered: Delivered) -> None:
    _tell_who_is_on_free(delivered, title=_("Your plan has ended"), body=_("You are on the Free plan now."))


@subscribe(SubscriptionEndsSoon, queue="notifications")
@in_their_language
def tell_ends_soon(delivered: Delivered) -> None:
    ends_at = delivered.payload["ends_at"]
    if ending := _ending(delivered.payload["user_id"], ends_at):
        _tell(delivered, title=_("Your plan ends soon"), body=_what_follows(ending, ends_at), subject=UNTIL + ends_at)


@words_anew(Kind.PLAN)
def as_of_now(told: Notification) -> Words | None:
    """Who has another plan by now hears nothing of the former; a reminder says what follows by now."""
    if told.subject == ON_FREE:
        return as_told(told) if _is_on_free(told.user_id) else None
    ends_at = told.subject.removeprefix(UNTIL)
    ending = _ending(told.user_id, ends_at)
    return Words(told.title, _what_follows(ending, ends_at)) if ending else None


def _ending(user_id: int, ends_at: str) -> Subscription | None:
    """The period that ends then, unless it was changed since: another one is told of at its own time."""
    found = queries.subscription_of(user_id=user_id)
    return found if found and found.period_ends_at and found.period_ends_at.isoformat() == ends_at else None


def _is_on_free(user_id: int) -> bool:
    return queries.current_plan(user_id=user_id, now=timezone.now()).code == queries.FREE


def _what_follows(subscription: Subscription, ends_at: str) -> str:
    plan, until = subscription.next_plan or subscription.plan, _day(ends_at)
    if not subscription.auto_renew or plan.price == 0:
        return _("It runs until %(until)s. After that you are on the Free plan.") % {"until": until}
    return _("On %(until)s it goes on as %(plan)s: $%(price)s is charged to your wallet then.") % {
        "until": until,
        "plan": plan.name,
        "price": plan.price,
    }


def _day(moment: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "j F Y")


def _tell_who_is_on_free(delivered: Delivered, *, title: str, body: str) -> None:
    if _is_on_free(delivered.payload["user_id"]):
        _tell(delivered, title=title, body=body, subject=ON_FREE)


def _tell(delivered: Delivered, *, title: str, body: str, subject: str = "") -> None:
    notify(
        user_id=delivered.payload["user_id"],
        kind=Kind.PLAN,
        key=f"{delivered.name}:{delivered.event_id}",
        title=title,
        body=body,
        url="/me/plan/",
        subject=subject,
    )
