"""The shape of the project is checked, not remembered: who may import whom, models and migrations, deployment."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "a-key-that-is-long-enough-for-the-deployment-check-0123456789-abcdef",
    "ENCRYPTION_KEYS": "a-key-that-encrypts-and-does-nothing-else-0123456789",
    "DATABASE_URL": "postgres://portal@127.0.0.1/none",
    "REDIS_URL": "redis://127.0.0.1/0",
    "BROKER_URL": "amqp://127.0.0.1//",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "PUBLIC_URL": "https://library.example",
    "ALLOWED_HOSTS": "library.example",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with nothing but this environment."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_contexts_import_only_downwards() -> None:
    linter = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linter.returncode == 0, linter.stdout


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_deployment_check_is_clean_in_production() -> None:
    check = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize(
    "secret", ["SECRET_KEY", "ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "EMAIL_URL"]
)
def test_nothing_secret_has_a_default_in_production(secret: str) -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != secret}
    if secret == "DATABASE_URL":
        environment["DATABASE_URL"] = ""  # absent altogether it means development, with embedded servers
    check = manage("check", **environment)
    assert check.returncode != 0
    assert secret in check.stderr


def test_the_limits_per_address_hold_in_production_whatever_is_set() -> None:
    print_it = "from django.conf import settings; print('held:', settings.RATE_LIMIT_PER_ADDRESS)"
    shell = manage("shell", "-c", print_it, **PRODUCTION, RATE_LIMIT_PER_ADDRESS="off")
    assert "held: True" in shell.stdout


def test_the_test_payment_provider_is_refused_in_production() -> None:
    check = manage("check", **PRODUCTION, PAYMENT_PROVIDERS="test")
    assert "can't be on in production" in check.stderr


def test_compose_names_every_process_and_every_variable_is_in_the_example() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(compose["services"]) == {
        "web", "relay", "worker-search", "worker-notifications", "worker-circulation", "beat", "migrate",
        "postgres", "redis", "rabbitmq", "mongo", "pgadmin",
    }  # fmt: skip
    example = (ROOT / ".env.example").read_text()
    used = {part.split("}")[0].split(":-")[0] for part in (ROOT / "docker-compose.yml").read_text().split("${")[1:]}
    assert {name for name in used if f"{name}=" not in example} == set()


def test_every_number_that_a_library_may_choose_is_in_the_example_with_its_default() -> None:
    chosen = (ROOT / "library_portal/settings/lending.py").read_text()
    numbers = re.findall(r'env\.(?:int|str)\("(\w+)", default="?([^")]+)', chosen)
    example = (ROOT / ".env.example").read_text().splitlines()
    assert {name: default for name, default in numbers if f"#{name}={default}" not in example} == {}
    assert len(numbers) > 10
