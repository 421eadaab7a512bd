"""JSON in and out: orjson, and no input that could upset what lies behind it."""

from typing import Any, BinaryIO

import orjson
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

MAX_DEPTH = 16


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)


def dumps(value: Any) -> bytes:
    """Bytes of JSON: times in UTC with Z, decimals and translated texts as strings."""
    return orjson.dumps(value, default=force_str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8. Everything else, and NUL characters (PostgreSQL has no room for them), is refused."""

    media_type = "application/json"

    def parse(self, stream: BinaryIO, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            body = orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(_("The body is not valid JSON: %(reason)s.") % {"reason": error.msg}) from error
        if not isinstance(body, dict):
            raise ParseError(_("The body must be a JSON object."))
        _refuse_dangerous(body, depth=0)
        return body


def _refuse_dangerous(value: Any, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(value, str) and "\0" in value:
        raise ParseError(_("The body has a NUL character."))
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for item in value:
            _refuse_dangerous(item, depth=depth + 1)
