"""The screen of `make run` shows what the portal says, not what its parts say to everybody."""

import subprocess
import sys

from library_portal.embedded import portal
from library_portal.embedded.home import PROJECT

AS_CELERY_CHECKS = "from celery.platforms import check_privileges; check_privileges(['json'])"


def test_the_workers_are_quiet_about_running_as_root() -> None:
    env = portal.environment({}, 8000)

    ran = subprocess.run([sys.executable, "-c", AS_CELERY_CHECKS], cwd=PROJECT, env=env, capture_output=True, text=True)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_newcomers_own_wishes_about_warnings_are_kept(monkeypatch) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error::DeprecationWarning")

    assert portal.environment({}, 8000)["PYTHONWARNINGS"].startswith("error::DeprecationWarning,ignore:")
