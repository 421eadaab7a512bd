"""Lists in pages: by number where the whole is bounded, by cursor where it grows for ever (api.md, "Lists")."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import pagination
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

PAGE_SIZE, MAX_PAGE_SIZE = 20, 100
MAX_PAGE = 1_000_000


def _page_size(request: Request) -> int:
    return _number(request, "page_size", default=PAGE_SIZE, highest=MAX_PAGE_SIZE)


def _number(request: Request, name: str, *, default: int, highest: int) -> int:
    """A whole number from 1 to `highest` out of the query. Raises ValidationError for anything else."""
    text = request.query_params.get(name, "")
    if text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 1 <= int(text) <= highest):
        raise ValidationError({name: [_("A whole number from 1 to %(highest)d is expected.") % {"highest": highest}]})
    return int(text)


class PagePagination(pagination.PageNumberPagination):
    """`page` and `page_size`; a page past the end is 404, what is not a page number is 400."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    template = None

    def get_page_size(self, request: Request) -> int:
        return _page_size(request)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        return _number(request, self.page_query_param, default=1, highest=MAX_PAGE)


class CursorPagination(pagination.CursorPagination):
    """`cursor` and `page_size`, newest first; a cursor the portal did not make is 400."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    ordering = "-id"
    template = None

    def get_page_size(self, request: Request) -> int:
        return _page_size(request)

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, OverflowError, DjangoValidationError) as error:
            raise ValidationError({self.cursor_query_param: [_("This is not a cursor of this list.")]}) from error
