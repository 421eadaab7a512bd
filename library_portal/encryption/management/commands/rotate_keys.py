from typing import Any

from django.core.management.base import BaseCommand, CommandError

from library_portal.encryption.rotation import rotate_keys


class Command(BaseCommand):
    help = "Encrypts every encrypted value anew with the first of ENCRYPTION_KEYS. Safe to interrupt and to repeat."

    def handle(self, **_options: Any) -> None:
        unreadable = []
        for table in rotate_keys():
            self.stdout.write(f"{table.model._meta.label}: {table.rows} rows")
            if table.unreadable:
                unreadable.append(f"{table.unreadable} of {table.model._meta.label}")
        if unreadable:
            raise CommandError(
                f"No key of ENCRYPTION_KEYS reads {', '.join(unreadable)}. They were left as they are: "
                "put the missing key back and run this again before any key goes."
            )
