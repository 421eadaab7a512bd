"""Numbered pages of books: how many there are is counted once, until anything in the catalogue changes."""

from hashlib import blake2b
from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from books import caches
from library_portal.api.pagination import PagePagination


class BookPaginator(Paginator):
    @cached_property
    def count(self) -> int:
        listed: Any = self.object_list
        if isinstance(listed, list) or listed.query.is_empty():
            return len(listed)
        asked = blake2b(str(listed.order_by().query).encode(), digest_size=16).hexdigest()
        return int(caches.kept(caches.LISTS, f"count:{asked}", lambda: str(listed.order_by().count()).encode()))


class BookPages(PagePagination):
    django_paginator_class = BookPaginator
