from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.pagination import CursorPagination
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound
from library_portal.notifications import queries, services
from library_portal.notifications.models import Notification


class NotificationOut(serializers.ModelSerializer):
    class Meta:
        model = Notification
        fields = ["id", "kind", "title", "body", "url", "created_at", "read_at"]
        read_only_fields = fields


class MarkedOut(serializers.Serializer):
    marked = serializers.IntegerField(help_text="How many were unread.")


class PreferenceInOut(serializers.Serializer):
    by_mail = serializers.BooleanField(required=False)
    by_sms = serializers.BooleanField(required=False)


PreferencesInOut = type(
    "PreferencesInOut",
    (serializers.Serializer,),
    {kind.value: PreferenceInOut(required=False, help_text=kind.label) for kind in queries.choices(staff=True)},
)


class NotificationList(generics.ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = NotificationOut
    pagination_class = CursorPagination
    filter_backends: list[Any] = []

    def get_queryset(self) -> Any:
        return queries.inbox(user_id=self.request.user.pk)

    @extend_schema(operation_id="notifications_list", summary="The inbox, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Read(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="notifications_read", summary="Mark one message read", request=None, responses=NotificationOut
    )
    @may_refuse(NotFound)
    def post(self, request: Request, pk: int) -> Response:
        notification = services.mark_read(user_id=request.user.pk, notification_id=pk, now=timezone.now())
        return Response(NotificationOut(notification).data)


class ReadAll(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="notifications_read_all", summary="Mark every message read", request=None, responses=MarkedOut
    )
    def post(self, request: Request) -> Response:
        marked = services.mark_all_read(user_id=request.user.pk, now=timezone.now())
        return Response({"marked": marked})


class Preferences(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="notification_preferences_get",
        summary="What is sent by mail and SMS, per kind",
        responses=PreferencesInOut,
    )
    def get(self, request: Request) -> HttpResponse:
        return Response(queries.preferences(user_id=request.user.pk, staff=request.user.is_staff))

    @extend_schema(
        operation_id="notification_preferences_put",
        summary="Choose what is sent by mail and SMS; kinds left out stay as they are",
        request=PreferencesInOut,
        responses=PreferencesInOut,
        examples=[
            OpenApiExample("ready by SMS too", {"copy_ready": {"by_mail": True, "by_sms": True}}, request_only=True)
        ],
    )
    def put(self, request: Request) -> HttpResponse:
        wanted = serializers.DictField(child=PreferenceInOut()).run_validation(request.data)
        services.set_preferences(user_id=request.user.pk, wanted=wanted, staff=request.user.is_staff)
        return self.get(request)
