"""Fields of serializers that several contexts share."""

from typing import Any

from rest_framework import serializers


def money(**options: Any) -> serializers.DecimalField:
    """Dollars as a string with two decimals."""
    return serializers.DecimalField(max_digits=10, decimal_places=2, **options)
