"""The only door to a person: `notify()` for messages, `send_code()` and `send_reset_link()` for secrets."""

from typing import Any


def notify(
    *,
    user_id: int,
    kind: str,
    key: str,
    title: Any,
    body: Any,
    url: str = "",
    subject: str = "",
    former_address: str = "",
) -> bool:
    """Put one message per (user, key) into the inbox, and send it by preference; False when it was there already.

    Needs an open transaction: mail and SMS are sent by an event after the commit, so a rollback takes them back. With a
    `subject` it is sent only if the check registered for the kind (truth.py) finds the message true then. A
    `former_address`, an e-mail or a phone, gets it in place of the one that came after it.
    """
    from library_portal.notifications import services

    more = {"url": url, "subject": subject, "former_address": former_address}
    return services.notify(user_id=user_id, kind=kind, key=key, title=title, body=body, **more)


def send_code(*, channel: str, to: str, code: str, minutes: int, purpose: str = "login", language: str = "") -> None:
    """Send a one-time code by `email` or `sms` at once. The code is written nowhere else.

    `purpose` is `login`, or `address` for a new address to be confirmed; `language` is the person's, if chosen.
    Raises OSError or smtplib.SMTPException when the mail server is away, SmsNotAvailable or SmsRefused.
    """
    from library_portal.notifications import channels

    channels.send_code(channel=channel, to=to, code=code, minutes=minutes, purpose=purpose, language=language)


def send_reset_link(*, channel: str, to: str, code: str, link: str, minutes: int, language: str) -> None:
    """Send a link that sets a new password, and the code in it, at once. They are written nowhere else.

    Raises OSError or smtplib.SMTPException when the mail server is away, SmsNotAvailable or SmsRefused.
    """
    from library_portal.notifications import channels

    channels.send_reset_link(channel=channel, to=to, code=code, link=link, minutes=minutes, language=language)
