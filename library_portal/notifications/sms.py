"""Text messages. `SMS_GATEWAY` says how they leave.

`file:` puts them beside the mail (development); `twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com/?from=+14155550100`
hands them to Twilio; nothing means that the portal sends none. `twilio+http://` is for a stand-in on this machine.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from requests import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from library_portal.errors import PortalError, ServiceUnavailable
from library_portal.notifications import mailbox
from library_portal.outbox.registry import NotWorthRetrying

FILES = "file:"
BAD_REQUEST = 400

logger = logging.getLogger(__name__)


class SmsNotAvailable(ServiceUnavailable):
    """No gateway is configured, or it is away: worth another try."""

    title = _("Text messages can't be sent at the moment.")


class SmsRefused(PortalError, NotWorthRetrying):
    """The gateway will never take this message: the number does not exist, or wants no messages."""

    code = "sms_refused"
    title = _("This phone number can't get our text messages.")


@dataclass(frozen=True)
class Gateway:
    client: Client
    sender: str


def sms_is_available() -> bool:
    """Whether a phone number is any use for getting a code."""
    return bool(settings.SMS_GATEWAY)


def send_sms(*, to: str, text: str) -> None:
    """Hand a text message to the gateway, at once; `to` is E.164. Sent again it arrives again: it knows no repeats.

    Raises SmsNotAvailable, which is worth retrying, and SmsRefused, which is not. Neither names the number or the text.
    """
    if not sms_is_available():
        raise SmsNotAvailable
    if settings.SMS_GATEWAY == FILES:
        return _write(to, text)
    return _hand_over(gateway_at(settings.SMS_GATEWAY), to, text)


def _write(to: str, text: str) -> None:
    """The name of the file is keyed, so that nobody can try out codes against it."""
    message_id = f"<{salted_hmac('message-id:sms', f'{to}:{text}').hexdigest()}@library-portal>"
    head = f"To: {to}\nSubject: SMS\nMessage-ID: {message_id}\nContent-Type: text/plain; charset=utf-8"
    mailbox.deposit(message_id, f"{head}\nContent-Transfer-Encoding: 8bit\n\n{text}\n".encode())


def _hand_over(gateway: Gateway, to: str, text: str) -> None:
    """The causes are cut off: Twilio's words repeat the number."""
    try:
        gateway.client.messages.create(to=to, from_=gateway.sender, body=text)
    except TwilioRestException as error:
        logger.warning("The SMS gateway answered %s, code %s", error.status, error.code)
        refusal = SmsRefused(f"Twilio {error.code}") if error.status == BAD_REQUEST else SmsNotAvailable()
        raise refusal from None
    except RequestException as error:
        logger.warning("The SMS gateway is away: %s", type(error).__name__)
        raise SmsNotAvailable from None


@lru_cache(maxsize=1)
def gateway_at(url: str) -> Gateway:
    """Its connections are kept. Twilio's own log of requests is dropped: numbers belong into no log."""
    parts = urlsplit(url)
    silent = logging.Logger("twilio", level=logging.CRITICAL)
    http = TwilioHttpClient(timeout=settings.SMS_TIMEOUT_SECONDS, logger=silent)
    client = Client(unquote(parts.username or ""), unquote(parts.password or ""), http_client=http)
    host = parts.netloc.rpartition("@")[2]
    client.api.base_url = f"{'http' if parts.scheme == 'twilio+http' else 'https'}://{host}"
    return Gateway(client, sender=parse_qs(parts.query.replace("+", "%2B"))["from"][0])
