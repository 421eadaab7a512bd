"""`/api/v1/auth/totp/`: the authenticator app and its recovery codes."""

from dataclasses import asdict

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import queries, services
from accounts import serializers as shapes
from accounts.api.requests import require_confirmed, validated
from accounts.qr import qr_svg
from accounts.services import ConfirmationNeeded
from accounts.services.authenticators import AuthenticatorInUse
from accounts.services.recovery_codes import NoAuthenticator
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse

RECOVERY_CODES_EXAMPLE = OpenApiExample(
    "codes", {"recovery_codes": ["k7mpd-x3qrt", "…"]}, response_only=True, status_codes=["200"]
)


@method_decorator(never_cache, name="dispatch")
class Totp(APIView):
    @extend_schema(
        operation_id="get_authenticator",
        summary="Whether an authenticator app is set up, and how many recovery codes are left",
        responses=shapes.AuthenticatorOut,
        examples=[
            OpenApiExample(
                "set up",
                {"is_set_up": True, "confirmed_at": "2026-01-31T09:30:00Z", "recovery_codes_left": 10},
                response_only=True,
            )
        ],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked)
    def get(self, request: Request) -> Response:
        authenticator = queries.authenticator(user_id=request.user.id)
        state = {
            "is_set_up": authenticator is not None,
            "confirmed_at": authenticator and authenticator.confirmed_at,
            "recovery_codes_left": queries.recovery_codes_left(user_id=request.user.id),
        }
        return Response(shapes.AuthenticatorOut(state).data)

    @extend_schema(
        operation_id="begin_authenticator",
        summary="A key for an authenticator app, to type or to scan; it counts once a first code has confirmed it",
        request=None,
        responses={201: shapes.EnrolmentOut},
        examples=[
            OpenApiExample(
                "key",
                {
                    "secret": "JBSWY3DPEHPK3PXP…",
                    "uri": "otpauth://totp/Library%20Portal:ada?secret=JBSWY3DPEHPK3PXP…&issuer=Library%20Portal",
                    "svg": "<svg …>…</svg>",
                },
                response_only=True,
                status_codes=["201"],
            )
        ],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, AuthenticatorInUse)
    def post(self, request: Request) -> Response:
        require_confirmed(request)
        enrolment = services.begin_authenticator(user_id=request.user.id)
        return Response({**asdict(enrolment), "svg": qr_svg(enrolment.uri)}, status=201)

    @extend_schema(
        operation_id="remove_authenticator",
        summary="Remove the authenticator app and its recovery codes; codes are sent again",
        responses={204: None},
        tags=["auth"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded)
    def delete(self, request: Request) -> Response:
        require_confirmed(request)
        services.remove_authenticator(user_id=request.user.id, now=timezone.now())
        return Response(status=204)


@method_decorator(never_cache, name="dispatch")
class ConfirmTotp(APIView):
    @extend_schema(
        operation_id="confirm_authenticator",
        summary="Put the authenticator app to use with its first code; answers ten recovery codes, once",
        request=shapes.AppCodeIn,
        responses=shapes.RecoveryCodesOut,
        examples=[OpenApiExample("code", {"code": "123456"}, request_only=True), RECOVERY_CODES_EXAMPLE],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, NoAuthenticator, AuthenticatorInUse)
    def post(self, request: Request) -> Response:
        require_confirmed(request)
        given = validated(shapes.AppCodeIn, request)
        codes = services.confirm_authenticator(user_id=request.user.id, **given, now=timezone.now())
        return Response({"recovery_codes": codes})


@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(APIView):
    @extend_schema(
        operation_id="make_recovery_codes",
        summary="Ten new recovery codes in place of all before, shown this once",
        request=None,
        responses=shapes.RecoveryCodesOut,
        examples=[RECOVERY_CODES_EXAMPLE],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, NoAuthenticator)
    def post(self, request: Request) -> Response:
        require_confirmed(request)
        codes = services.make_recovery_codes(user_id=request.user.id, now=timezone.now())
        return Response({"recovery_codes": codes})
