"""What the worker would send: the codes are in mails only, so the tests read them there."""

import re
import secrets

from django.core import mail

from accounts import codes
from library_portal.outbox.delivery import deliver_pending


def code_from_mail(to: str) -> str:
    """Lets the handlers run, then reads the newest code mailed to this address."""
    deliver_pending()
    newest = [message for message in mail.outbox if message.to == [to]][-1]
    return re.search(r"\b\d{6}\b", newest.body)[0]


def wrong_code(right: str) -> str:
    return next(code for code in iter(lambda: f"{secrets.randbelow(10**codes.DIGITS):06}", "") if code != right)
