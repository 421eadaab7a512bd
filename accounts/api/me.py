"""`/api/v1/users/me/`: my account."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import queries, services
from accounts import serializers as shapes
from accounts.api.requests import validated
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse


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
        changes = validated(shapes.MeIn, request)
        return Response(shapes.MeOut(services.update_profile(user_id=request.user.id, **changes)).data)
