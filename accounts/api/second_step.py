"""`/api/v1/auth/second-step/`: whether logging in asks for a code."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import serializers as shapes
from accounts import services
from accounts.api.requests import require_confirmed, validated
from accounts.services import ConfirmationNeeded
from accounts.services.authenticators import SecondStepRequired
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse


class SecondStep(APIView):
    @extend_schema(
        operation_id="set_second_step",
        summary="Turn the second step of logging in on or off; off also removes the authenticator app",
        request=shapes.SecondStep,
        responses=shapes.SecondStep,
        examples=[OpenApiExample("off", {"on": False})],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, SecondStepRequired)
    def put(self, request: Request) -> Response:
        require_confirmed(request)
        wanted = validated(shapes.SecondStep, request)
        services.set_second_step(user_id=request.user.id, **wanted, now=timezone.now())
        return Response(wanted)
