"""How messages leave the portal. A Message-ID is made from what is said to whom: a mail sent again keeps it."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from library_portal.notifications.models import Notification
from library_portal.notifications.sms import send_sms
from library_portal.notifications.truth import Words


def mail_notification(notification: Notification, words: Words, *, to: str) -> None:
    """Raises OSError or smtplib.SMTPException when the mail server is away."""
    message_id = _message_id("notification", f"{notification.user_id}:{notification.key}")
    _mail("notification", words.title, to, message_id, {"words": words, "link": _address(notification.url)})


def text_notification(notification: Notification, words: Words, *, to: str) -> None:
    """Its title and where to read on. Raises SmsNotAvailable, SmsRefused."""
    send_sms(to=to, text=f"{words.title}\n{_address(notification.url)}".strip())


def _address(path: str) -> str:
    return urljoin(settings.PUBLIC_URL, path) if path else ""


def send_code(*, channel: str, to: str, code: str, minutes: int, purpose: str, language: str) -> None:
    with translation.override(language or settings.LANGUAGE_CODE):
        if channel == "sms":
            text = _("%(code)s is your library code. It is valid for %(minutes)d minutes.")
            return send_sms(to=to, text=text % {"code": code, "minutes": minutes})
        message_id = _message_id("one-time-code", f"{to}:{code}")
        subject = _("%(code)s is your code for the library") % {"code": code}
        return _mail("code", subject, to, message_id, {"code": code, "minutes": minutes, "purpose": purpose})


def send_reset_link(*, channel: str, to: str, code: str, link: str, minutes: int, language: str) -> None:
    with translation.override(language or settings.LANGUAGE_CODE):
        if channel == "sms":
            text = _("Set a new password for the library within %(minutes)d minutes: %(link)s")
            return send_sms(to=to, text=text % {"link": link, "minutes": minutes})
        message_id = _message_id("reset-link", f"{to}:{code}")
        context = {"code": code, "link": link, "minutes": minutes}
        return _mail("reset_link", _("Set a new password for the library"), to, message_id, context)


def _mail(template: str, subject: str, to: str, message_id: str, context: dict[str, Any]) -> None:
    context |= {"subject": subject, "portal_url": settings.PUBLIC_URL}
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"notifications/mail/{template}.txt", context),
        to=[to],
        headers={"Message-ID": message_id},
    )
    message.attach_alternative(render_to_string(f"notifications/mail/{template}.html", context), "text/html")
    message.send()


def _message_id(salt: str, value: str) -> str:
    """Keyed, so that nobody can try out codes against it."""
    return f"<{salted_hmac(f'message-id:{salt}', value).hexdigest()}@library-portal>"
