"""What the portal asks of a payment provider, and what a provider tells. Nothing here touches the database."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError, ServiceUnavailable
from subscriptions.payments.models import Payment, PaymentRefund

logger = logging.getLogger(__name__)


class State(StrEnum):
    OTHER = "other"  # nothing that concerns us
    PENDING = "pending"
    APPROVED = "approved"  # the patron agreed; the money has yet to be collected
    UNDERWAY = "underway"  # the patron has done all; the money takes days, and may yet fail to come
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"  # the patron wants the money back by the bank, or that has ended


@dataclass(frozen=True)
class Notice:
    """What a provider says. `payment_id` and `refund_id` are ours, the references are the provider's."""

    state: State
    event_id: str = ""
    kind: str = ""
    payment_id: int | None = None
    reference: str = ""
    charge: str = ""
    amount: Decimal | None = None
    currency: str = ""
    refund_id: int | None = None
    refund_reference: str = ""


@dataclass(frozen=True)
class Checkout:
    """The provider's name for it, and the address where the patron pays."""

    reference: str
    address: str


class ProviderAway(ServiceUnavailable):
    """No answer, or none that settles anything: whether it was done is not known, asking again is safe."""

    title = _("The payment provider does not answer at the moment. Nothing was charged. Please try again soon.")

    def __init__(self) -> None:
        super().__init__(retry_after=30)


class AnswerUnreadable(ProviderAway):
    """Not as the provider's documents say: nothing is settled by it, and what is said of others may be readable."""


UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, InvalidOperation)


@contextmanager
def readable() -> Iterator[None]:
    """Around reading an answer. Raises AnswerUnreadable."""
    try:
        yield
    except UNREADABLE as error:
        logger.error("An answer of a payment provider can't be read: %r", error)
        raise AnswerUnreadable from error


class ProviderRefused(ServiceUnavailable):
    """The provider says no, for good: it was not done."""

    title = _("The payment provider refused this. Nothing was charged. Please try again, or choose another one.")

    def __init__(self) -> None:
        super().__init__(retry_after=30)


class ForgedWebhook(PortalError):
    """Not signed by the provider, altered, or too old."""

    code = "malformed_request"
    status = 400
    title = _("The request can't be understood.")


class Provider(Protocol):
    """Each may raise ProviderAway and ProviderRefused. Asked twice for the same payment or refund, it does it once."""

    def start(self, payment: Payment) -> Checkout: ...

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        """From the body as it came. Raises ForgedWebhook."""
        ...

    def collect(self, payment: Payment) -> Notice:
        """How the payment stands; what its patron has agreed to is collected."""
        ...

    def cancel(self, payment: Payment) -> None:
        """Nobody shall pay it any more."""
        ...

    def refund(self, refund: PaymentRefund) -> Notice: ...


def our_number(text: object) -> int | None:
    """An id of ours that came back from outside."""
    written = text if isinstance(text, str) else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None
