"""Fetches cover pictures from the hosts of COVER_HOSTS, for books that name one and were not tried yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from books import services

AT_ONCE = 100


class Command(BaseCommand):
    help = "Fetches cover pictures that books name by address, from the hosts of COVER_HOSTS"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=AT_ONCE, help="how many to try (100)")
        parser.add_argument("--again", action="store_true", help="also what was tried in vain")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"]:
            self.stdout.write(f"{services.forget_failed_tries()} to be tried again")
        came = services.fetch_missing_covers(limit=options["limit"], now=timezone.now())
        self.stdout.write(f"{came} pictures fetched")
