#!/usr/bin/env python
"""Django's commands. Without DATABASE_URL in development they bring their own PostgreSQL and Valkey."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "library_portal.settings")
    if "DATABASE_URL" in os.environ or os.environ.get("ENVIRONMENT") == "production":
        execute_from_command_line(sys.argv)
    else:
        run_with_embedded_servers()


def run_with_embedded_servers() -> None:
    from library_portal.embedded import EmbeddedError, servers, var_dir

    os.environ.setdefault("ENVIRONMENT", "development")
    try:
        with servers(var_dir()) as environment:
            os.environ.update({name: os.environ.get(name) or value for name, value in environment.items()})
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
