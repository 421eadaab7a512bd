"""Languages by their ISO 639 code: two letters where there are two, else three."""

import langcodes
from django.utils.translation import gettext as _

from library_portal.errors import InvalidInput

UNDETERMINED = "und"


class UnknownLanguage(InvalidInput):
    """The text is no language code."""

    def __init__(self, text: str) -> None:
        detail = _("“%s” is not a language code.") % text
        super().__init__(detail, errors={"language": [detail]})


def language_code(text: str) -> str:
    """The code for any ISO 639 code or language tag ("eng", "en-US"); empty for none. Raises UnknownLanguage."""
    if not text:
        return ""
    try:
        tag = langcodes.get(text)
    except ValueError as error:
        raise UnknownLanguage(text) from error
    if not tag.is_valid():
        raise UnknownLanguage(text)
    code = tag.language or UNDETERMINED
    return "" if code == UNDETERMINED else code
