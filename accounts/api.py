"""`/api/v1/auth/…` and `/api/v1/users/me/`."""

from dataclasses import asdict
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import queries, services
from accounts import serializers as shapes
from accounts.authentication import session_id_of
from accounts.codes import OtpExpired, OtpInvalid
from accounts.devices import device_of
from accounts.models import Role
from accounts.services import Challenge, LoggedIn
from accounts.tokens import NotAuthenticated, TokenRevoked
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound, RateLimited

LOGIN_ID_EXAMPLE = "Zk3pVhV0n1o6mJmOe3cXr2mW1q9sT8uB"
CHALLENGE_EXAMPLE = {"login_id": LOGIN_ID_EXAMPLE, "channel": "email", "expires_in": 300}
CHALLENGE_OR_TOKENS = PolymorphicProxySerializer(
    component_name="LoginAnswer",
    serializers=[shapes.ChallengeOut, shapes.TokensOut],
    resource_type_field_name=None,
)


# For people who are not logged in yet: a stale token in the request does not matter.
class OpenToAll(APIView):
    authentication_classes: list = []
    permission_classes = [AllowAny]


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
            )
        ],
        tags=["auth"],
    )
    @may_refuse(RateLimited)
    def post(self, request: Request) -> Response:
        wanted = _validated(shapes.SignUpIn, request)
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
        ],
        tags=["auth"],
    )
    @may_refuse(NotAuthenticated, RateLimited)
    def post(self, request: Request) -> Response:
        given = _validated(shapes.LoginIn, request)
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
        summary="Finish a login with the code that was sent",
        request=shapes.VerifyIn,
        responses=shapes.TokensOut,
        examples=[OpenApiExample("code", {"login_id": LOGIN_ID_EXAMPLE, "code": "123456"}, request_only=True)],
        tags=["auth"],
    )
    @may_refuse(OtpInvalid, OtpExpired)
    def post(self, request: Request) -> Response:
        given = _validated(shapes.VerifyIn, request)
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
    @may_refuse(OtpExpired, RateLimited)
    def post(self, request: Request) -> Response:
        given = _validated(shapes.LoginIdIn, request)
        return Response(asdict(services.resend_code(**given, device=device_of(request))))


class Refresh(OpenToAll):
    @extend_schema(
        operation_id="refresh_tokens",
        summary="Exchange a refresh token for a new pair; a second use of it ends the session",
        request=shapes.RefreshIn,
        responses=shapes.TokensOut,
        tags=["auth"],
    )
    @may_refuse(NotAuthenticated, TokenRevoked)
    def post(self, request: Request) -> Response:
        given = _validated(shapes.RefreshIn, request)
        pair = services.refresh_tokens(**given, now=timezone.now())
        return Response({"access": pair.access, "refresh": pair.refresh})


class Logout(APIView):
    @extend_schema(
        operation_id="log_out", summary="End this session", request=None, responses={204: None}, tags=["auth"]
    )
    @may_refuse(TokenRevoked)
    def post(self, request: Request) -> Response:
        services.end_session(session_id=session_id_of(request), now=timezone.now())
        return Response(status=204)


class Sessions(APIView):
    pagination_class = None

    @extend_schema(
        operation_id="list_sessions",
        summary="The devices I am logged in on, last used first",
        responses=shapes.SessionOut(many=True),
        tags=["auth"],
    )
    @may_refuse(TokenRevoked)
    def get(self, request: Request) -> Response:
        sessions = queries.open_sessions(user_id=request.user.id, now=timezone.now())
        for session in sessions:
            session.is_current = str(session.pk) == session_id_of(request)
        return Response(shapes.SessionOut(sessions, many=True).data)


class OneSession(APIView):
    @extend_schema(
        operation_id="end_session", summary="Log one of my devices out", responses={204: None}, tags=["auth"]
    )
    @may_refuse(TokenRevoked, NotFound)
    def delete(self, request: Request, pk: UUID) -> Response:
        services.end_own_session(user_id=request.user.id, session_id=pk, now=timezone.now())
        return Response(status=204)


class Me(APIView):
    @extend_schema(operation_id="get_me", summary="My account", responses=shapes.MeOut, tags=["users"])
    @may_refuse(TokenRevoked)
    def get(self, request: Request) -> Response:
        return Response(shapes.MeOut(queries.user(user_id=request.user.id)).data)

    @extend_schema(
        operation_id="update_me",
        summary="Change my names or language",
        request=shapes.MeIn,
        responses=shapes.MeOut,
        examples=[OpenApiExample("names", {"first_name": "Ada", "last_name": "Lovelace"}, request_only=True)],
        tags=["users"],
    )
    @may_refuse(TokenRevoked)
    def patch(self, request: Request) -> Response:
        changes = _validated(shapes.MeIn, request)
        return Response(shapes.MeOut(services.update_profile(user_id=request.user.id, **changes)).data)


def _validated(shape: type, request: Request) -> dict:
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _tokens(logged_in: LoggedIn) -> dict[str, str]:
    pair = logged_in.tokens
    return {"access": pair.access, "refresh": pair.refresh} if pair else {}
