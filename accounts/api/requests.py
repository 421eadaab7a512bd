"""What several files of this package need."""

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView


class OpenToAll(APIView):
    """For people who are not logged in yet: a stale token in the request does not matter."""

    authentication_classes: list = []
    permission_classes = [AllowAny]


def validated(shape: type[Serializer], request: Request) -> dict:
    """Raises ValidationError of REST framework."""
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
