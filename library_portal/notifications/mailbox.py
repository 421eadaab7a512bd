"""Mail and SMS as files under `MAIL_DIR`, for development and tests: one per Message-ID, however often it is sent."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

ONE_TIME_CODE = re.compile(r"\b\d{6}\b")


class FileBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        messages: list[EmailMessage] = list(email_messages)
        for message in messages:
            content = message.message()
            deposit(content["Message-ID"], content.as_bytes())
        return len(messages)


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str
    sent_at: datetime

    @property
    def code(self) -> str:
        """The one-time code in it, or an empty string."""
        found = ONE_TIME_CODE.search(self.subject) or ONE_TIME_CODE.search(self.text)
        return found.group() if found and "code" in f"{self.subject} {self.text}" else ""


def deposit(message_id: str, content: bytes) -> None:
    """Write the file whole or not at all."""
    folder = Path(settings.MAIL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    half_written = folder / f".{uuid4().hex}"
    half_written.write_bytes(content)
    half_written.replace(folder / f"{_file_name(message_id)}.eml")


def letters(*, to: str = "", limit: int = 100) -> list[Letter]:
    """The newest mails first, only those to an address that contains `to`."""
    files = sorted(Path(settings.MAIL_DIR).glob("*.eml"), key=_written_at, reverse=True)
    found: list[Letter] = []
    for file in files:
        letter = _read(file, file.stat().st_ino, _written_at(file))
        if to.casefold() in letter.to.casefold():
            found.append(letter)
        if len(found) == limit:
            break
    return found


def _file_name(message_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", message_id).strip("-.")[:150]


def _written_at(file: Path) -> float:
    return file.stat().st_mtime


@lru_cache(maxsize=5_000)
def _read(file: Path, inode: int, written_at: float) -> Letter:
    """Once for each file as it was put there: who plays many people looks for codes among the letters of all."""
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, ParsedMessage)
    body = message.get_body(preferencelist=("plain", "html"))
    return Letter(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=body.get_content() if body else "",
        sent_at=datetime.fromtimestamp(written_at, UTC),
    )
