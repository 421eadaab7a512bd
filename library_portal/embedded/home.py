"""VAR_DIR: one run at a time owns it, others visit it, and it holds the secrets and the servers' data."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library_portal.embedded.account import Account
from library_portal.embedded.errors import EmbeddedError
from library_portal.embedded.locks import locked
from library_portal.embedded.private import Private

# Where root keeps the data of a VAR_DIR that the unprivileged user can't reach, such as one in root's own home.
PROJECT = Path(__file__).resolve().parents[2]
STORES = Path("/var/lib/library-portal")
ORPHANS_GONE_SECONDS = 20


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or PROJECT / "var")


class Home:
    """Raises EmbeddedError when the folder can't be written to."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.private_file = self.path / "private.json"
        self.link = self.path / "embedded"
        self.logs = self.path / "log"
        self._make_folders()
        self.account = Account.for_data_in(self.link)

    @contextmanager
    def owned(self) -> Iterator[int]:
        """Be the only run here; yields the descriptor that every child must keep open. Raises InUse.

        The children of a killed run hold their lock until they are gone, so nothing starts beside them.
        """
        children = self.path / "children.lock"
        with locked(self.path / "owner.lock"), locked(children, patience=ORPHANS_GONE_SECONDS) as keep_open:
            self._make_data_folder()
            yield keep_open

    def owners_private(self) -> Private:
        """Secrets and ports for the next start: what was there is kept, as far as the ports are free."""
        private = (self.private() or Private()).with_free_ports()
        private.write(self.private_file)
        return private

    @contextmanager
    def visited(self) -> Iterator[None]:
        """Use the owner's servers: `without_visitors` waits for its end. Raises InUse while they stop."""
        with locked(self.path / "visitors.lock", shared=True):
            yield

    @contextmanager
    def without_visitors(self, *, patience: float) -> Iterator[None]:
        with locked(self.path / "visitors.lock", patience=patience):
            yield

    def private(self) -> Private | None:
        return Private.read(self.private_file)

    @property
    def data(self) -> Path:
        """Where the servers' data really is: a path that their account can follow."""
        return self.link.resolve()

    def forget(self) -> None:
        """Delete the servers' data. Only for the owner, with the servers stopped."""
        shutil.rmtree(self.data)
        self.link.unlink(missing_ok=True)

    def _make_folders(self) -> None:
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(f"VAR_DIR can't be used: {error}") from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise EmbeddedError(f"{self.path} belongs to another user: set VAR_DIR to a folder of your own")

    def _make_data_folder(self) -> None:
        if self.link.is_symlink() and self.data != self._store:  # copied from another VAR_DIR, whose data it is
            self.link.unlink()
        if self.account.reaches(self.path):
            self._make(self.data)
        elif not self.link.is_symlink():
            self._make_store()
        else:
            self._make(self._store)

    def _make(self, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir(parents=True)
            self.account.own(folder)

    @property
    def _store(self) -> Path:
        return STORES / hashlib.sha256(os.fsencode(self.link)).hexdigest()[:16]

    def _make_store(self) -> None:
        """A folder that the account reaches, with a link here. Data that is here already moves there."""
        STORES.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._store, ignore_errors=True)  # of an earlier VAR_DIR at this path, deleted since
        if self.link.exists():
            shutil.move(self.link, self._store)
        else:
            self._store.mkdir()
        self.account.own(self._store)
        self.link.symlink_to(self._store)
