"""Who may send large files to the pages, and how large."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from library_portal.api.middleware import API, MULTIPART, refuse_body_above


class OnlyStaffSendFiles:
    """A form is read, and its files put on the disk, before any view says who may send one: strangers fill no disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.content_type == MULTIPART and not request.path_info.startswith(API):
            files = settings.IMPORT_MAX_BYTES if request.user.is_staff else 0
            refuse_body_above(files + settings.DATA_UPLOAD_MAX_MEMORY_SIZE, request)
        return self.get_response(request)
