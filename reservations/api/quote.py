"""What a reservation would cost, and what can be had of a book; nothing is changed by asking."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound
from reservations import queries
from reservations.api.requests import QuoteRequest
from reservations.serializers import AvailabilitySerializer, QuoteSerializer


class ReservationQuote(APIView):
    @extend_schema(
        operation_id="reservations_quote",
        summary="Price, discount and limits before confirming; changes nothing",
        request=QuoteRequest,
        responses={200: QuoteSerializer},
        examples=[OpenApiExample("a week", {"book": 17, "days": 7}, request_only=True)],
    )
    @may_refuse(NotFound)
    def post(self, request: Request) -> Response:
        asked = QuoteRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        quote = queries.quote(
            user_id=request.user.pk,
            book_id=asked.validated_data["book"],
            days=asked.validated_data.get("days"),
            now=timezone.now(),
        )
        return Response(QuoteSerializer(quote).data)


class BookAvailability(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="books_availability",
        summary="Copies, free copies and people waiting, right now",
        responses={200: AvailabilitySerializer},
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(AvailabilitySerializer(queries.availability(book_id=pk)).data)
