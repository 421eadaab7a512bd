"""What the portal writes about itself: no one's input forges an entry, no report repeats what people sent."""

import logging
import re
from collections.abc import Iterable
from textwrap import indent
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

BREAKS_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
TRACEBACK_INDENT = "    "


class OneLineEach(logging.Formatter):
    """Control characters in a message are written as escapes, the lines of a traceback are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return BREAKS_A_LINE.sub(_escaped, super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return indent(super().formatException(ei), TRACEBACK_INDENT)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


class NothingPersonal(SafeExceptionReporterFilter):
    """Error reports say where it broke, not what forms, cookies, variables and secret settings held."""

    hidden_settings = re.compile("API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|CSRF|URL|LOCATION|GATEWAY", re.I)

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request else {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> Iterable[tuple[str, Any]]:
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()
