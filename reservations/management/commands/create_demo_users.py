from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.demo import create_demo_people
from reservations.demo import equip_demo_people


class Command(BaseCommand):
    help = "Creates the demo people with plans and money, once. Development only."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo people have a known password: never in production")
        equip_demo_people(user_ids=create_demo_people(), now=timezone.now())
