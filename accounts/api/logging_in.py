"""`/api/v1/auth/`: signing up and logging in."""

from dataclasses import asdict

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import serializers as shapes
from accounts import services
from accounts.api.requests import OpenToAll, validated
from accounts.codes import OtpExpired, OtpInvalid
from accounts.devices import device_of
from accounts.models import Role
from accounts.services import Challenge, LoggedIn
from accounts.services.logging_in import CodeComesFromApp
from accounts.tokens import NotAuthenticated, TokenRevoked
from library_portal.api.schema import may_refuse
from library_portal.errors import RateLimited

LOGIN_ID_EXAMPLE = "Zk3pVhV0n1o6mJmOe3cXr2mW1q9sT8uB"
CHALLENGE_EXAMPLE = {"login_id": LOGIN_ID_EXAMPLE, "channel": "email", "expires_in": 300}
TOKENS_EXAMPLE = OpenApiExample("tokens", {"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}, response_only=True)
CHALLENGE_OR_TOKENS = PolymorphicProxySerializer(
    component_name="LoginAnswer",
    serializers=[shapes.ChallengeOut, shapes.TokensOut],
    resource_type_field_name=None,
)


class SignUp(OpenToAll):
    @extend_schema(
        operation_id="sign_up",
        summary="Sign up as a customer",
        request=shapes.SignUpIn,
        responses={201: shapes.SignedUpOut},
        examples=[
            OpenApiExample(
                "sign-up",
                {"username": "ada", "email": "ada@library.example", "password": "a-long-passphrase"},
                request_only=True,
            ),
            OpenApiExample(
                "code sent",
                {
                    "user": {
                        "id": 7,
                        "username": "ada",
                        "email": "ada@library.example",
                        "phone": None,
                        "role": "customer",
                    },
                    **CHALLENGE_EXAMPLE,
                },
                response_only=True,
                status_codes=["201"],
            ),
        ],
        tags=["auth"],
    )
    @may_refuse(RateLimited)
    def post(self, request: Request) -> Response:
        wanted = validated(shapes.SignUpIn, request)
        wanted["phone"] = str(wanted.get("phone", ""))
        signed_up = services.sign_up(**wanted, device=device_of(request), now=timezone.now())
        user = {
            "id": signed_up.user_id,
            "username": signed_up.username,
            "email": signed_up.email,
            "phone": signed_up.phone,
            "role": Role.CUSTOMER.value,
        }
        return Response({"user": user, **asdict(signed_up.challenge)}, status=201)


class Login(OpenToAll):
    @extend_schema(
        operation_id="log_in",
        summary="Log in with a password: a code is sent, or tokens are given where no second step is on",
        request=shapes.LoginIn,
        responses={200: OpenApiResponse(CHALLENGE_OR_TOKENS)},
        examples=[
            OpenApiExample("login", {"username": "ada", "password": "a-long-passphrase"}, request_only=True),
            OpenApiExample("code sent", CHALLENGE_EXAMPLE, response_only=True, status_codes=["200"]),
            TOKENS_EXAMPLE,
        ],
        tags=["auth"],
    )
    @may_refuse(NotAuthenticated, RateLimited)
    def post(self, request: Request) -> Response:
        given = validated(shapes.LoginIn, request)
        answer = services.start_login(
            identifier=given["username"],
            password=given["password"],
            device=device_of(request),
            now=timezone.now(),
        )
        return Response(asdict(answer) if isinstance(answer, Challenge) else _tokens(answer))


class VerifyCode(OpenToAll):
    @extend_schema(
        operation_id="verify_code",
        summary="Finish a login with the code that was sent, the app's code, or a recovery code",
        request=shapes.VerifyIn,
        responses=shapes.TokensOut,
        examples=[
            OpenApiExample("code", {"login_id": LOGIN_ID_EXAMPLE, "code": "123456"}, request_only=True),
            OpenApiExample("recovery code", {"login_id": LOGIN_ID_EXAMPLE, "code": "k7mpd-x3qrt"}, request_only=True),
            TOKENS_EXAMPLE,
        ],
        tags=["auth"],
    )
    @may_refuse(OtpInvalid, OtpExpired)
    def post(self, request: Request) -> Response:
        given = validated(shapes.VerifyIn, request)
        return Response(_tokens(services.verify_code(**given, device=device_of(request), now=timezone.now())))


class ResendCode(OpenToAll):
    @extend_schema(
        operation_id="resend_code",
        summary="Send a new code for the same login; the one before it is void",
        request=shapes.LoginIdIn,
        responses=shapes.ChallengeOut,
        examples=[
            OpenApiExample("login", {"login_id": LOGIN_ID_EXAMPLE}, request_only=True),
            OpenApiExample("code sent", CHALLENGE_EXAMPLE, response_only=True, status_codes=["200"]),
        ],
        tags=["auth"],
    )
    @may_refuse(OtpExpired, CodeComesFromApp, RateLimited)
    def post(self, request: Request) -> Response:
        given = validated(shapes.LoginIdIn, request)
        return Response(asdict(services.resend_code(**given, device=device_of(request))))


class Refresh(OpenToAll):
    @extend_schema(
        operation_id="refresh_tokens",
        summary="Exchange a refresh token for a new pair; a second use of it ends the session",
        request=shapes.RefreshIn,
        responses=shapes.TokensOut,
        examples=[OpenApiExample("refresh", {"refresh": "eyJhbGciOi…"}, request_only=True), TOKENS_EXAMPLE],
        tags=["auth"],
    )
    @may_refuse(NotAuthenticated, TokenRevoked)
    def post(self, request: Request) -> Response:
        given = validated(shapes.RefreshIn, request)
        pair = services.refresh_tokens(**given, now=timezone.now())
        return Response({"access": pair.access, "refresh": pair.refresh})


def _tokens(logged_in: LoggedIn) -> dict[str, str]:
    pair = logged_in.tokens
    return {"access": pair.access, "refresh": pair.refresh} if pair else {}
