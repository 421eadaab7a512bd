"""Holds the servers of a VAR_DIR until its standard input ends; prints the way to them as JSON."""

import json
import sys
from pathlib import Path

from library_portal.embedded import servers

with servers(Path(sys.argv[1])) as environment:
    sys.stdout.write(f"{json.dumps(environment)}\n")
    sys.stdout.flush()
    sys.stdin.read()
