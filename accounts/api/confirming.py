"""`/api/v1/auth/confirm/`: the password again, before something that protects the account is changed."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import serializers as shapes
from accounts import services
from accounts.api.requests import validated
from accounts.authentication import session_id_of
from accounts.devices import device_of
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse
from library_portal.errors import RateLimited


class ConfirmIdentity(APIView):
    @extend_schema(
        operation_id="confirm_identity",
        summary="Give the password again; for 15 minutes this session may change what protects the account",
        request=shapes.PasswordIn,
        responses={204: None},
        examples=[OpenApiExample("password", {"password": "a-long-passphrase"}, request_only=True)],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked, RateLimited)
    def post(self, request: Request) -> Response:
        services.confirm_identity(
            user_id=request.user.id,
            session_id=session_id_of(request),
            **validated(shapes.PasswordIn, request),
            device=device_of(request),
            now=timezone.now(),
        )
        return Response(status=204)
