"""The only door to a person: `notify()` for messages, `send_code()` for one-time codes."""

from typing import Any


def notify(*, user_id: int, kind: str, key: str, title: Any, body: Any, url: str = "", subject: str = "") -> bool:
    """Put one message per (user, key) into the inbox and mail it by preference; False when it was there already.

    Needs an open transaction: the mail is sent by an event after the commit, so a rollback takes it back. With a
    `subject` it is sent only if the check registered for the kind (truth.py) finds the message true then.
    """
    from library_portal.notifications import services

    return services.notify(user_id=user_id, kind=kind, key=key, title=title, body=body, url=url, subject=subject)


def send_code(*, channel: str, to: str, code: str, minutes: int) -> None:
    """Send a one-time code by `email` or `sms` at once. The code is written nowhere else.

    Raises OSError or smtplib.SMTPException when the mail server is away, SmsNotAvailable or SmsRefused.
    """
    from library_portal.notifications import channels

    channels.send_code(channel=channel, to=to, code=code, minutes=minutes)
