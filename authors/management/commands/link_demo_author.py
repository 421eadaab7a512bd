from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from authors.demo import link_demo_author


class Command(BaseCommand):
    help = "Links the demo login `author` to an author of the sample library, once. Development only."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo people have a known password: never in production")
        link_demo_author(now=timezone.now())
