"""`/api/v1/users/me/`: my account, and the codes that confirm a new address of mine."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import queries, services
from accounts import serializers as shapes
from accounts.api.privacy import DeletesMe
from accounts.api.requests import require_confirmed, validated
from accounts.authentication import session_id_of
from accounts.codes import OtpExpired, OtpInvalid
from accounts.devices import device_of
from accounts.models import User
from accounts.services import AddressTaken, ConfirmationNeeded
from accounts.tokens import TokenRevoked
from library_portal.api.schema import may_refuse
from library_portal.errors import RateLimited

FIELDS = {"email": User.Channel.EMAIL.value, "phone": User.Channel.SMS.value}
CONFIRMATION_ID_EXAMPLE = "Zk3pVhV0n1o6mJmOe3cXr2mW1q9sT8uB"
WHOLE_EXAMPLE = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "language": "en",
    "code_channel": "email",
    "keeps_loan_history": False,
}


class Me(DeletesMe, APIView):
    @extend_schema(operation_id="get_me", summary="My account", responses=shapes.MeOut, tags=["users"])
    @may_refuse(TokenRevoked)
    def get(self, request: Request) -> Response:
        return Response(shapes.MeOut(queries.user(user_id=request.user.id)).data)

    @extend_schema(
        operation_id="update_me",
        summary="Change parts of my account; a new e-mail or phone waits for its code, null removes one",
        request=shapes.MeIn,
        responses=shapes.MeChangedOut,
        examples=[
            OpenApiExample("names", {"first_name": "Ada", "last_name": "Lovelace"}, request_only=True),
            OpenApiExample("new address", {"email": "countess@library.example"}, request_only=True),
        ],
        tags=["users"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, RateLimited)
    def patch(self, request: Request) -> Response:
        return self._change(request, validated(shapes.MeIn, request))

    @extend_schema(
        operation_id="replace_me",
        summary="Change all that I may change of my account",
        request=shapes.WholeMeIn,
        responses=shapes.MeChangedOut,
        examples=[OpenApiExample("everything", WHOLE_EXAMPLE, request_only=True)],
        tags=["users"],
    )
    @may_refuse(TokenRevoked, ConfirmationNeeded, RateLimited)
    def put(self, request: Request) -> Response:
        return self._change(request, validated(shapes.WholeMeIn, request))

    def _change(self, request: Request, wanted: dict[str, Any]) -> Response:
        addresses = self._other_addresses(request.user.id, wanted)
        if addresses:
            require_confirmed(request)
        self._change_profile(request.user.id, **wanted)
        confirmations = [self._change_address(request, *other) for other in addresses.items()]
        profile = shapes.MeOut(queries.user(user_id=request.user.id)).data
        return Response({**profile, "confirmations": [asdict(one) for one in confirmations if one]})

    def _other_addresses(self, user_id: int, wanted: dict[str, Any]) -> dict[str, str]:
        """Takes the addresses out of what is wanted, and gives those that are new, by channel; empty to remove one."""
        user = queries.user(user_id=user_id)
        named = {channel: str(wanted.pop(field) or "") for field, channel in FIELDS.items() if field in wanted}
        return {channel: address for channel, address in named.items() if not _is_settled(user, channel, address)}

    def _change_profile(self, user_id: int, *, keeps_loan_history: bool | None = None, **wanted: str) -> None:
        user = services.update_profile(user_id=user_id, **wanted)
        if keeps_loan_history not in (None, user.keeps_loan_history):
            services.set_loan_history(user_id=user_id, keeps=keeps_loan_history, now=timezone.now())

    def _change_address(self, request: Request, channel: str, address: str) -> services.AddressConfirmation | None:
        who: dict[str, Any] = {"user_id": request.user.id, "channel": channel, "now": timezone.now()}
        if address:
            return services.change_address(**who, address=address, device=device_of(request))
        services.remove_address(**who, session_id=session_id_of(request))
        return None


def _is_settled(user: User, channel: str, address: str) -> bool:
    """Nothing is left to do: it is there and confirmed, or gone already."""
    return address == (user.verified_address_for(channel) if address else user.address_for(channel))


class ConfirmAddress(APIView):
    @extend_schema(
        operation_id="confirm_address",
        summary="Put a new e-mail or phone in place with the code that was sent to it; other sessions end",
        request=shapes.ConfirmAddressIn,
        responses=shapes.MeOut,
        examples=[
            OpenApiExample("code", {"confirmation_id": CONFIRMATION_ID_EXAMPLE, "code": "123456"}, request_only=True)
        ],
        tags=["users"],
    )
    @may_refuse(TokenRevoked, OtpInvalid, OtpExpired, AddressTaken)
    def post(self, request: Request) -> Response:
        given = validated(shapes.ConfirmAddressIn, request)
        session_id = session_id_of(request)
        user = services.confirm_address(user_id=request.user.id, **given, session_id=session_id, now=timezone.now())
        return Response(shapes.MeOut(user).data)


class ResendAddressCode(APIView):
    @extend_schema(
        operation_id="resend_address_code",
        summary="Send a new code to the new address; the one before it is void",
        request=shapes.ConfirmationIdIn,
        responses=shapes.AddressConfirmationOut,
        examples=[OpenApiExample("confirmation", {"confirmation_id": CONFIRMATION_ID_EXAMPLE}, request_only=True)],
        tags=["users"],
    )
    @may_refuse(TokenRevoked, OtpExpired, RateLimited)
    def post(self, request: Request) -> Response:
        given = validated(shapes.ConfirmationIdIn, request)
        answer = services.resend_address_code(user_id=request.user.id, **given, device=device_of(request))
        return Response(asdict(answer))
