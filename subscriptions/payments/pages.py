"""Where people come back to after paying, or after thinking better of it. It shows how the payment stands."""

from django.conf import settings
from django.urls import reverse

from subscriptions.payments.models import Payment


def payment_page(payment: Payment) -> str:
    return str(settings.PUBLIC_URL + reverse("payment", args=[payment.pk]))
