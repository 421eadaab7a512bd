"""What callers send to the reservation endpoints."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

MAX_DAYS = 3650
MAX_ID = 2**63 - 1
MAX_REASON = 200


class ReservationRequest(serializers.Serializer):
    book = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="The book's id")
    days = serializers.IntegerField(
        min_value=1,
        max_value=MAX_DAYS,
        required=False,
        allow_null=True,
        help_text="The plan's longest loan by default",
    )
    join_queue = serializers.BooleanField(
        default=True, help_text="false: 409 `unavailable` rather than a place in the queue"
    )
    user = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        required=False,
        help_text="For librarians: the id of the patron who gets the book; 403 for anybody else's id",
    )


class QuoteRequest(serializers.Serializer):
    book = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    days = serializers.IntegerField(min_value=1, max_value=MAX_DAYS, required=False, allow_null=True)


class ChangeRequest(serializers.Serializer):
    """Exactly one of the three: what would be two changes are two requests, so that nothing is half done."""

    days = serializers.IntegerField(
        min_value=1, max_value=MAX_DAYS, required=False, help_text="Days of the loan in all; on a loan: an extension"
    )
    due_on = serializers.DateField(
        required=False,
        help_text="The same as a day: counted from today until it is checked out; on a loan: an extension until then",
    )
    paused_until = serializers.DateField(
        required=False, allow_null=True, help_text="While pending: passed over until that day; null goes on at once"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Send exactly one of days, due_on and paused_until."))
        return attrs


class ExtendRequest(serializers.Serializer):
    due_on = serializers.DateField(
        required=False, allow_null=True, help_text="As long as the plan allows from today by default"
    )


class MoveRequest(serializers.Serializer):
    position = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="1 is the next to get a copy")
    reason = serializers.CharField(max_length=MAX_REASON, help_text="Kept in the audit log")


class LostRequest(serializers.Serializer):
    reason = serializers.CharField(max_length=MAX_REASON, help_text="Kept in the audit log")


class ReasonRequest(serializers.Serializer):
    """`reason` is a librarian's and goes into the audit log; a patron's is left out."""

    reason = serializers.CharField(max_length=MAX_REASON, required=False, allow_blank=True, default="")


def reason_in(request: Request) -> str:
    """A librarian's, out of the body or, where there is none, the address; what patrons say is not for the audit log.

    Raises ValidationError.
    """
    if not request.user.is_staff:
        return ""
    asked = ReasonRequest(data=request.query_params if request.method == "DELETE" else request.data)
    asked.is_valid(raise_exception=True)
    return str(asked.validated_data["reason"])
