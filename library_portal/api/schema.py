"""OpenAPI: every operation says which problems it can answer with, by status and code."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly

from library_portal.api.fields import money
from library_portal.api.idempotency import KEY_HEADER, IdempotencyInProgress, IdempotencyMismatch, Idempotent
from library_portal.api.pagination import PagePagination
from library_portal.api.problems import CODES, CONTENT_TYPE, titles
from library_portal.errors import PortalError

Handler = TypeVar("Handler", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS")
# What the example of a code shows besides the members that all have.
SHOWN = {
    "validation_error": {"errors": {"name_of_a_field": ["What is wrong with it."]}},
    "insufficient_funds": {"required": "0.70", "balance": "0.20", "shortfall": "0.50"},
}


def may_refuse(*refusals: type[PortalError]) -> Callable[[Handler], Handler]:
    """Document on a view's method the refusals of the use case it calls."""

    def mark(handler: Handler) -> Handler:
        handler.refusals = refusals  # type: ignore[attr-defined]
        return handler

    return mark


class ProblemSerializer(serializers.Serializer):
    """An error (RFC 9457). `code` is for programs, `title` and `detail` are for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    required = money(required=False, help_text="dollars, as the next two; only with `insufficient_funds`")
    balance = money(required=False)
    shortfall = money(required=False, help_text="what a top-up has to bring")


class PortalSchema(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *self._idempotency_parameters()]

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if direction == "response":
            for status, titles in sorted(self._problems().items()):
                bodies.setdefault(str(status), self._problem_body(status, titles))
            if self._knows_etags():
                bodies["304"] = {"description": "What the caller has still holds"}
        return bodies

    def _problem_body(self, status: int, titles: dict[str, Any]) -> dict[str, Any]:
        response = OpenApiResponse(
            ProblemSerializer,
            description=", ".join(f"`{code}`" for code in sorted(titles)),
            examples=[_example(status, code, str(title)) for code, title in sorted(titles.items())],
        )
        return self._get_response_for_code(response, str(status), media_types=[CONTENT_TYPE])

    def _problems(self) -> dict[int, dict[str, Any]]:
        """Status → code → title: what the framework around the view can refuse, and what its use case does."""
        said = titles()
        problems: dict[int, dict[str, Any]] = defaultdict(dict)
        problems[400] = {code: said[code] for code in ("validation_error", "malformed_request")}
        for refusal in self._declared_refusals():
            problems[refusal.status].setdefault(refusal.code, refusal.title)
        for status in self._framework_refusals():
            problems[status].setdefault(CODES[status], said[CODES[status]])
        return problems

    def _framework_refusals(self) -> list[int]:
        statuses = [406, 503]
        if self.method not in SAFE:
            statuses += [413, 415]
        if "{" in self.path or self._comes_in_numbered_pages():
            statuses.append(404)
        if self.view.authentication_classes:
            statuses.append(401)
        if not self._is_open():
            statuses.append(403)
        return statuses

    def _comes_in_numbered_pages(self) -> bool:
        return self._is_list_view() and isinstance(self._get_paginator(), PagePagination)

    def _knows_etags(self) -> bool:
        parameters = self.get_override_parameters()
        return any(getattr(parameter, "name", "") == "If-None-Match" for parameter in parameters)

    def _is_open(self) -> bool:
        wanted = self.view.permission_classes
        open_to_read = all(issubclass(one, IsAuthenticatedOrReadOnly) for one in wanted)
        return (self.method in SAFE and open_to_read) or list(wanted) == [AllowAny]

    def _declared_refusals(self) -> tuple[type[PortalError], ...]:
        name = getattr(self.view, "action", None) or self.method.lower()
        handler = getattr(self.view, name, None)
        declared = getattr(handler, "refusals", ())
        return (*declared, IdempotencyMismatch, IdempotencyInProgress) if self._is_idempotent() else declared

    def _is_idempotent(self) -> bool:
        return self.method == "POST" and isinstance(self.view, Idempotent)

    def _idempotency_parameters(self) -> list[OpenApiParameter]:
        if not self._is_idempotent():
            return []
        text = "Repeating a request with the same key and body replays the first answer for 24 hours."
        return [OpenApiParameter(KEY_HEADER, str, OpenApiParameter.HEADER, description=text)]


def _example(status: int, code: str, title: str) -> OpenApiExample:
    value = {
        "type": f"urn:library-portal:problem:{code}",
        "title": title,
        "status": status,
        "detail": title,
        "code": code,
        "errors": {},
        **SHOWN.get(code, {}),
    }
    return OpenApiExample(code, value=value, response_only=True, status_codes=[str(status)], media_type=CONTENT_TYPE)
