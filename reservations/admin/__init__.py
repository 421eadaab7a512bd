"""Lending for librarians. Everything goes through the services, so that events, money and queues stay right."""

from reservations.admin import calendar, past_loans, purchases, reservations  # noqa: F401 - Django registers what they hold
