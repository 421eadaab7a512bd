"""`/api/v1/auth/password/`: changing it, and setting a new one by a link."""

from django.contrib.auth import update_session_auth_hash
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import serializers as shapes
from accounts import services
from accounts.api.requests import OpenToAll, validated
from accounts.authentication import session_id_of
from accounts.devices import device_of
from accounts.services import ResetLinkInvalid
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse
from library_portal.errors import RateLimited

CODE_EXAMPLE = "1a-d2x1mc-0b7d4f1c9a3e5b8d6f2a4c7e9b1d3f5a"


class ChangePassword(APIView):
    @extend_schema(
        operation_id="change_password",
        summary="Change my password; every other session ends, this one goes on with its tokens",
        request=shapes.PasswordChangeIn,
        responses={204: None},
        examples=[
            OpenApiExample(
                "passwords",
                {"old_password": "a-long-passphrase", "new_password": "another-long-passphrase"},
                request_only=True,
            )
        ],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked, RateLimited)
    def post(self, request: Request) -> Response:
        user = services.change_password(
            user_id=request.user.id,
            session_id=session_id_of(request),
            **validated(shapes.PasswordChangeIn, request),
            device=device_of(request),
            now=timezone.now(),
        )
        if not request.auth:  # a browser: its cookie is bound to the password
            update_session_auth_hash(request._request, user)
        return Response(status=204)


class RequestPasswordReset(OpenToAll):
    @extend_schema(
        operation_id="request_password_reset",
        summary="Send a link that sets a new password; the answer is the same whether or not there is such an account",
        request=shapes.PasswordResetIn,
        responses={202: None},
        examples=[OpenApiExample("name", {"username": "ada@library.example"}, request_only=True)],
        tags=["auth"],
    )
    @may_refuse(RateLimited)
    def post(self, request: Request) -> Response:
        given = validated(shapes.PasswordResetIn, request)
        services.request_password_reset(identifier=given["username"], device=device_of(request))
        return Response(status=202)


class ConfirmPasswordReset(OpenToAll):
    @extend_schema(
        operation_id="confirm_password_reset",
        summary="Set a new password with the code of the link; it works once, and every session ends",
        request=shapes.PasswordResetConfirmIn,
        responses={204: None},
        examples=[
            OpenApiExample(
                "new password", {"token": CODE_EXAMPLE, "password": "another-long-passphrase"}, request_only=True
            )
        ],
        tags=["auth"],
    )
    @may_refuse(ResetLinkInvalid)
    def post(self, request: Request) -> Response:
        given = validated(shapes.PasswordResetConfirmIn, request)
        services.reset_password(
            code=given["token"], password=given["password"], device=device_of(request), now=timezone.now()
        )
        return Response(status=204)
