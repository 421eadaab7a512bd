"""As if a request of somebody were being served: the audit log knows who acts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import RequestFactory

from accounts.models import User
from library_portal import origin


@contextmanager
def serving(user: User) -> Iterator[None]:
    request = RequestFactory().get("/")
    request.user = user
    token = origin._served.set(request)
    try:
        yield
    finally:
        origin._served.reset(token)
