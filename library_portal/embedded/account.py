"""Who PostgreSQL and Valkey run as: whoever starts the portal, but never root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNPRIVILEGED_USER = "nobody"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    @classmethod
    def for_data_in(cls, folder: Path) -> "Account":
        """Whoever starts it; for root, the owner of the data that is there, else a user without rights."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        owner = folder.stat() if folder.exists() else None
        if owner and owner.st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        nobody = pwd.getpwnam(UNPRIVILEGED_USER)
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def differs(self) -> bool:
        return self.uid != os.geteuid()

    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.differs else {}

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter the folder, or run the program, through every folder above it."""
        if not self.differs:
            return os.access(path, os.X_OK)
        return subprocess.run(["test", "-x", path], cwd="/", **self.popen_arguments(), check=False).returncode == 0

    def own(self, folder: Path) -> None:
        """Give the folder and all below it to this account, for nobody else to enter."""
        folder.chmod(0o700)
        if self.differs:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)
