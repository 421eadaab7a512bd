from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def mail_dir(settings: Any, tmp_path: Path) -> Path:
    """Mail as in development: pytest-django keeps it in memory otherwise."""
    settings.EMAIL_BACKEND = "library_portal.notifications.mailbox.FileBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR
