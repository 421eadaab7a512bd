"""What the reservation endpoints answer."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from library_portal.api.fields import money
from reservations.models import CLOSED, Reservation, Status
from reservations.queries import extensions_left
from reservations.services.loans import late_fee_on
from reservations.transitions import Action, Actor, actions_for

# The table's actions that have an address here.
OFFERED = (
    Action.CHANGE_DAYS,
    Action.PAUSE,
    Action.MOVE,
    Action.CANCEL,
    Action.DEFER,
    Action.CHECK_OUT,
    Action.EXTEND,
    Action.RETURN,
    Action.LOSE,
    Action.FIND,
)


class RefusalSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class UsedSerializer(serializers.Serializer):
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True, help_text="null: as many as you like")


class LimitsSerializer(serializers.Serializer):
    copies = UsedSerializer(help_text="held or on loan at once")
    holds_this_week = UsedSerializer(help_text="new holds within 7 days")
    pending = UsedSerializer(help_text="places in queues")


class EstimateSerializer(serializers.Serializer):
    """Days until one's turn, and how they were worked out."""

    days = serializers.IntegerField()
    ahead = serializers.IntegerField(help_text="readers ahead who are not paused")
    copies = serializers.IntegerField()
    loans = serializers.IntegerField(help_text="how many of the book's last loans were looked at")
    average_days = serializers.FloatField(help_text="what they took on average; a week without any")
    words = serializers.CharField(help_text="the same as a sentence, in the reader's language")


class QuoteSerializer(serializers.Serializer):
    days = serializers.IntegerField(help_text="what the loan would have: the days asked for, cut where many wait")
    max_days = serializers.IntegerField(help_text="the plan's longest loan")
    short_loan_days = serializers.IntegerField(
        allow_null=True, help_text="the longest loan of a book that many wait for; null when they are not that many"
    )
    daily_fee = money()
    discount = serializers.CharField(
        source="discount_name", help_text="empty, standing, frequent_reader or big_spender"
    )
    discount_percent = serializers.IntegerField()
    price = money()
    balance = money()
    limits = LimitsSerializer()
    outcome = serializers.ChoiceField(choices=["ready", "pending"])
    queue_position = serializers.IntegerField(allow_null=True)
    estimate = EstimateSerializer(allow_null=True, help_text="null when a copy is free, or there is none to wait for")
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
    queue_position = serializers.IntegerField(allow_null=True, help_text="1 is next; null unless pending")
    queue_length = serializers.SerializerMethodField()
    estimated_wait = serializers.IntegerField(
        source="estimate.days",
        allow_null=True,
        help_text="days until it is this reader's turn; null unless pending, or when there is no copy to wait for",
    )
    created_at = serializers.DateTimeField(source="joined_at")
    starts_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    hold_until = serializers.DateTimeField(allow_null=True)
    paused_until = serializers.DateField(allow_null=True, help_text="passed over until that day, and kept")
    price = money(allow_null=True, help_text="fixed when a copy is held; null before")
    discount = serializers.CharField(source="discount_name")
    discount_percent = serializers.IntegerField()
    refunded = money()
    late_fee = serializers.SerializerMethodField()
    lost_on = serializers.DateField(allow_null=True, help_text="when its copy was given up, until it is found again")
    lost_fee = money(help_text="charged for the lost copy, besides the late fee")
    extensions_left = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    def get_queue_length(self, reservation: Reservation) -> int:
        """How many wait for the book; 0 once the reservation has ended."""
        return 0 if reservation.status in CLOSED else reservation.queue_length  # type: ignore[attr-defined]

    @extend_schema_field(money())
    def get_late_fee(self, reservation: Reservation) -> str:
        """While on loan: what a return would cost today. Afterwards: what it did cost."""
        on_loan = reservation.status == Status.ACTIVE
        return f"{late_fee_on(reservation, now=timezone.now()) if on_loan else reservation.late_fee:.2f}"

    def get_extensions_left(self, reservation: Reservation) -> int:
        return extensions_left(reservation)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=OFFERED)))
    def get_actions(self, reservation: Reservation) -> list[str]:
        """What the caller can ask for now; a limit, the wallet or the queue may still refuse it."""
        actor = Actor.LIBRARIAN if self.context["request"].user.is_staff else Actor.PATRON
        possible = actions_for(reservation, actor)
        return [action.value for action in OFFERED if action in possible]


class ReturnSerializer(serializers.Serializer):
    reservation = ReservationSerializer()
    refunded = money(help_text="by this return: 0.00 when the book was back before, as the next two")
    late_fee = money()
    owed = money(help_text="what the wallet could not cover and stays as a debt")
    next_reservation = serializers.IntegerField(
        allow_null=True,
        help_text="the reservation that got the copy; null for patrons, and while a very long queue is looked through",
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
    estimated_wait_basis = EstimateSerializer(
        source="estimate", allow_null=True, help_text="how it was worked out; null when nobody has to wait, or can"
    )
