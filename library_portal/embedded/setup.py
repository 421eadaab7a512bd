"""What has to be done before the first page: migrations, the sample library once, the demo users."""

import os
from pathlib import Path

from django.core.management import call_command


def set_up() -> None:
    print("Bringing the database up to date")
    call_command("migrate", interactive=False, verbosity=0)
    _load_sample_library_once(Path(os.environ["VAR_DIR"]) / "sample-library-loaded")
    call_command("search_rebuild", missing=True, verbosity=0)
    call_command("create_demo_users")
    call_command("link_demo_author")


def _load_sample_library_once(done: Path) -> None:
    """What a librarian did to it since then is not undone."""
    if not done.exists():
        call_command("load_sample_library")
        done.touch()
