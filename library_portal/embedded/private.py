"""What only the owner of a VAR_DIR may read: passwords, the secret key, and the ports of its servers."""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def random_secret() -> str:
    return secrets.token_urlsafe(48)


@dataclass(frozen=True)
class Private:
    """Made at random once and kept, so that data, sessions and clients outlive a restart."""

    secret_key: str = field(default_factory=random_secret, repr=False)
    postgres_password: str = field(default_factory=random_secret, repr=False)
    valkey_password: str = field(default_factory=random_secret, repr=False)
    postgres_port: int = field(default_factory=free_port)
    valkey_port: int = field(default_factory=free_port)

    @classmethod
    def read(cls, file: Path) -> "Private | None":
        return cls(**json.loads(file.read_text())) if file.exists() else None

    def write(self, file: Path) -> None:
        draft = file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(asdict(self), out, indent=2)
        draft.replace(file)

    def with_free_ports(self) -> "Private":
        """The same ports as last time, but for those that another program has taken meanwhile."""
        return replace(
            self,
            postgres_port=self.postgres_port if is_free(self.postgres_port) else free_port(),
            valkey_port=self.valkey_port if is_free(self.valkey_port) else free_port(),
        )
