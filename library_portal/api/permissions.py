"""Who may call an operation, by role (docs/permissions.md). Logged in is the default; `AllowAny` says that all may.

Which objects a caller may touch is decided where the operation looks for them: among the caller's own.
"""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticatedOrReadOnly
from rest_framework.request import Request


class IsLibrarian(BasePermission):
    """Librarians and admins."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.is_staff


class IsAuthor(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return getattr(request.user, "role", "") == "author"


class IsLibrarianOrReadOnly(IsAuthenticatedOrReadOnly):
    """Everybody reads; librarians and admins write."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method in SAFE_METHODS or request.user.is_staff
