"""The library's calendar by HTTP, for all: on which days it is closed."""

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations.opening_days import opening_days

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ClosureSerializer(serializers.Serializer):
    first_on = serializers.DateField()
    last_on = serializers.DateField(help_text="closed on this day too")
    reason = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Closed on Sundays and over Christmas",
            value={
                "time_zone": "Europe/Berlin",
                "today": "2026-12-20",
                "is_open_today": False,
                "next_open_on": "2026-12-21",
                "hold_hours": 48,
                "weekly_closing": ["sunday"],
                "closures": [{"first_on": "2026-12-24", "last_on": "2026-12-26", "reason": "Christmas"}],
            },
        )
    ]
)
class CalendarSerializer(serializers.Serializer):
    time_zone = serializers.CharField(help_text="all days are days of this zone")
    today = serializers.DateField()
    is_open_today = serializers.BooleanField()
    next_open_on = serializers.DateField(help_text="today, or the first open day after it")
    hold_hours = serializers.IntegerField(help_text="how long a copy is held; hours of closed days do not count")
    weekly_closing = serializers.ListField(child=serializers.ChoiceField(choices=WEEKDAYS))
    closures = ClosureSerializer(many=True, help_text="those that are not over, the next at first; at most 100")


class LibraryDays(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="calendar",
        summary="On which days the library is closed; nothing is due and no hold runs out then",
        responses={200: CalendarSerializer},
    )
    def get(self, request: Request) -> Response:
        opening = opening_days(today=timezone.localdate())
        return Response(
            CalendarSerializer(
                {
                    "time_zone": settings.TIME_ZONE,
                    "today": opening.today,
                    "is_open_today": opening.is_open,
                    "next_open_on": opening.next_open,
                    "hold_hours": settings.HOLD_HOURS,
                    "weekly_closing": [WEEKDAYS[weekday] for weekday in sorted(opening.calendar.weekdays)],
                    "closures": opening.closures,
                }
            ).data
        )
