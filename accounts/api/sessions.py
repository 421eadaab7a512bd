"""`/api/v1/auth/sessions/` and logging out."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import queries, services
from accounts import serializers as shapes
from accounts.authentication import session_id_of
from accounts.services.sessions import LOGGED_OUT
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound

SESSION_EXAMPLE = {
    "id": "0b6a1c1e-5b0e-4a53-9c67-2f1f4f2f7c11",
    "channel": "api",
    "user_agent": "LibraryApp/2.1 (Android 16)",
    "device": "LibraryApp",
    "address": "203.0.113.7",
    "created_at": "2026-01-31T09:30:00Z",
    "last_used_at": "2026-01-31T17:02:11Z",
    "is_current": True,
}


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
        examples=[OpenApiExample("this phone", SESSION_EXAMPLE, response_only=True)],
        tags=["auth"],
    )
    @may_refuse(TokenRevoked)
    def get(self, request: Request) -> Response:
        sessions = queries.open_sessions(user_id=request.user.id, now=timezone.now())[: queries.MOST_SESSIONS_SHOWN]
        for session in sessions:
            session.is_current = str(session.pk) == session_id_of(request)
        return Response(shapes.SessionOut(sessions, many=True).data)

    @extend_schema(
        operation_id="end_other_sessions",
        summary="Log all of my devices out but this one",
        responses={204: None},
        tags=["auth"],
    )
    @may_refuse(TokenRevoked)
    def delete(self, request: Request) -> Response:
        services.end_all_sessions(
            user_id=request.user.id, now=timezone.now(), reason=LOGGED_OUT, kept_id=session_id_of(request)
        )
        return Response(status=204)


class OneSession(APIView):
    @extend_schema(
        operation_id="end_session", summary="Log one of my devices out", responses={204: None}, tags=["auth"]
    )
    @may_refuse(TokenRevoked, NotFound)
    def delete(self, request: Request, pk: UUID) -> Response:
        services.end_own_session(user_id=request.user.id, session_id=pk, now=timezone.now())
        return Response(status=204)
