"""What runs on a VAR_DIR, as the operating system tells it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 180


def processes_of(var_dir: Path) -> list[psutil.Process]:
    """Servers and their backends work in their data folder; the portal's processes know VAR_DIR by name."""
    places = {str(var_dir), str((var_dir / "embedded").resolve())}
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_in(process, places)]


def _is_in(process: psutil.Process, places: set[str]) -> bool:
    try:
        folder, variable = process.cwd(), process.environ().get("VAR_DIR", "")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return variable in places or any(folder == place or folder.startswith(f"{place}/") for place in places)


def words_of(process: psutil.Process) -> str:
    """Its command line; nothing of one that has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def eventually(condition: Callable[[], object]) -> bool:
    """Whether it comes true before the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
