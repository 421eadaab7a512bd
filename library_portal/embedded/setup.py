"""Migrations, the sample library, the demo users: in one process, because starting Django takes the time."""

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    print("Bringing the database up to date")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_sample_library")
    call_command("create_demo_users")


if __name__ == "__main__":
    main()
