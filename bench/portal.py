"""The portal on servers that a bench has for itself."""

import os
import secrets
from collections.abc import Mapping


def set_up(environment: Mapping[str, str]) -> None:
    """Django on these servers, with all tables. Before that nothing that needs settings can be imported."""
    os.environ |= environment | {
        "ENVIRONMENT": "development",
        "SECRET_KEY": secrets.token_hex(),
        "DJANGO_SETTINGS_MODULE": "library_portal.settings",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
