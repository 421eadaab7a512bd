"""Server programs that come in wheels, at a place where the account that runs them may read them."""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from library_portal.embedded.errors import EmbeddedError
from library_portal.embedded.home import Home

NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")


def wheel_program(home: Home, *, distribution: str, path: str) -> Path:
    """The program at `path` inside the wheel. Raises EmbeddedError when the wheel is not installed.

    Where the account can't enter the virtual environment (in root's home), a copy beside the data serves.
    """
    package = path.partition("/")[0]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"{distribution} is not installed: run `make install`, or set DATABASE_URL")
    installed = Path(spec.submodule_search_locations[0]).parent
    if home.account.reaches(installed / path):
        return installed / path
    copied = home.data / "software" / f"{package}-{version(distribution)}"
    if not copied.exists():
        _copy(home, package, installed, copied)
    return copied / path


def _copy(home: Home, package: str, installed: Path, copied: Path) -> None:
    """Programs find their libraries by relative paths, so the layout stays. A copy is whole or not there."""
    draft = copied.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    for name in (package, f"{package}.libs"):
        if (installed / name).exists():
            shutil.copytree(installed / name, draft / name, symlinks=True, ignore=NOT_NEEDED)
    home.account.own(draft)
    draft.rename(copied)
