"""`/api/v1/users/me/`: a copy of everything about me, and leaving."""

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services
from accounts.api.requests import require_confirmed
from accounts.services import ConfirmationNeeded
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse
from library_portal.personal_data import MayNotLeave

FILE_NAME = "library-portal.json"


class DeleteQuery(serializers.Serializer):
    forfeit = serializers.BooleanField(default=False, help_text="true: what is left in the wallet is given up")


def export_file(user_id: int) -> StreamingHttpResponse:
    """A download that no cache keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(services.export_of(user_id=user_id), content_type="application/json", headers=headers)


class ExportMe(APIView):
    @extend_schema(
        operation_id="export_me",
        summary="Everything the portal holds about me, as a JSON file; the password must have been given lately",
        responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="One part per key")},
        tags=["users"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded)
    def get(self, request: Request) -> StreamingHttpResponse:
        require_confirmed(request)
        return export_file(request.user.id)


# Mixin of the view of `users/me/`. (No docstring: it would show in the API's documentation.)
class DeletesMe:
    @extend_schema(
        operation_id="delete_me",
        summary="Delete my account: places and holds are given up, personal data is erased, the ledger stays",
        parameters=[OpenApiParameter("forfeit", bool, description="true: what is left in the wallet is given up")],
        responses={204: None},
        tags=["users"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, MayNotLeave)
    def delete(self, request: Request) -> Response:
        require_confirmed(request)
        delete_account(request, user_id=request.user.id)
        return Response(status=204)


def delete_account(request: Request, *, user_id: int) -> None:
    """Raises MayNotLeave, ValidationError of REST framework."""
    wanted = DeleteQuery(data=request.query_params)
    wanted.is_valid(raise_exception=True)
    services.delete_account(user_id=user_id, now=timezone.now(), **wanted.validated_data)
