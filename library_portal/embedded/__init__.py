"""PostgreSQL and Valkey out of wheels, for `make run`, `manage.py` and the tests.

Why it is made like this: docs/adr/0002-embedded-servers.md.
"""

from library_portal.embedded.errors import EmbeddedError
from library_portal.embedded.home import var_dir
from library_portal.embedded.servers import servers

__all__ = ["EmbeddedError", "servers", "var_dir"]
