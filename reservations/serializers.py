"""What the reservation endpoints answer."""

from typing import Any

from rest_framework import serializers

from library_portal.api.fields import money
from reservations.models import Reservation, Status
from reservations.queries import extensions_left


class RefusalSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class QuoteSerializer(serializers.Serializer):
    days = serializers.IntegerField()
    max_days = serializers.IntegerField()
    daily_fee = money()
    discount = serializers.CharField(
        source="discount_name", help_text="empty, standing, frequent_reader or big_spender"
    )
    discount_percent = serializers.IntegerField()
    price = money()
    balance = money()
    outcome = serializers.ChoiceField(choices=["ready", "pending"])
    queue_position = serializers.IntegerField(allow_null=True)
    refusal = RefusalSerializer(allow_null=True, help_text="why reserving now would be refused, or null")


class BookSummary(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    authors = serializers.SerializerMethodField()
    cover = serializers.CharField(source="cover_url")

    def get_authors(self, book: Any) -> list[str]:
        return [place.author.name for place in book.authorships.all()]


class PatronSummary(serializers.Serializer):
    """The patron's id; librarians see the name too."""

    id = serializers.IntegerField()
    name = serializers.SerializerMethodField()

    def get_name(self, user: Any) -> str | None:
        return user.get_full_name() if self.context["request"].user.is_staff else None


class ReservationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    is_overdue = serializers.BooleanField()
    book = BookSummary(allow_null=True, help_text="null once it has ended and the loan is no longer remembered")
    user = PatronSummary()
    days = serializers.IntegerField()
    queue_position = serializers.IntegerField(allow_null=True)
    queue_length = serializers.IntegerField()
    created_at = serializers.DateTimeField(source="joined_at")
    starts_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    hold_until = serializers.DateTimeField(allow_null=True)
    paused_until = serializers.DateField(allow_null=True)
    price = money(allow_null=True)
    discount = serializers.CharField(source="discount_name")
    discount_percent = serializers.IntegerField()
    refunded = money()
    late_fee = money()
    extensions_left = serializers.SerializerMethodField()

    def get_extensions_left(self, reservation: Reservation) -> int:
        return extensions_left(reservation)


class ReturnSerializer(serializers.Serializer):
    reservation = ReservationSerializer()
    refunded = money()
    late_fee = money()
    owed = money(help_text="what the wallet could not cover and stays as a debt")
    next_reservation = serializers.IntegerField(
        allow_null=True, help_text="the reservation that got the copy; null for patrons"
    )


class ExtensionSerializer(serializers.Serializer):
    reservation = ReservationSerializer()
    extended = serializers.BooleanField()
    refusal = RefusalSerializer(allow_null=True, help_text="why it was not extended, or null")


class ExtensionsSerializer(serializers.Serializer):
    """One for each loan, the one due first at first."""

    results = ExtensionSerializer(many=True)


class AvailabilitySerializer(serializers.Serializer):
    status = serializers.ChoiceField(choices=["available", "borrowed", "unavailable"])
    copies = serializers.IntegerField()
    free = serializers.IntegerField()
    waiting = serializers.IntegerField()
    estimated_wait = serializers.IntegerField(
        allow_null=True, help_text="days until a newcomer's turn; null when there is no copy to wait for"
    )
