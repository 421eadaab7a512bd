"""What several files of this package need."""

from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts import services
from accounts.authentication import session_id_of


class OpenToAll(APIView):
    """For people who are not logged in yet: a stale token in the request does not matter."""

    authentication_classes: list = []
    permission_classes = [AllowAny]


def validated(shape: type[Serializer], request: Request) -> dict:
    """Raises ValidationError of REST framework."""
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def require_confirmed(request: Request) -> None:
    """Before something that protects the account is changed. Raises ConfirmationNeeded."""
    services.require_confirmed(session_id=session_id_of(request), now=timezone.now())
