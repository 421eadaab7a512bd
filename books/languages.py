"""Languages by their ISO 639 code: two letters where there are two, else three."""

import langcodes
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from library_portal.errors import InvalidInput

UNDETERMINED = "und"
# Languages of books that programs are not translated into, so that Django has no name for them.
FURTHER_NAMES = {
    "ang": gettext_lazy("Old English"), "arc": gettext_lazy("Aramaic"), "bo": gettext_lazy("Tibetan"),
    "cop": gettext_lazy("Coptic"), "cu": gettext_lazy("Church Slavonic"), "egy": gettext_lazy("Egyptian"),
    "enm": gettext_lazy("Middle English"), "fil": gettext_lazy("Filipino"), "fo": gettext_lazy("Faroese"),
    "fro": gettext_lazy("Old French"), "gmh": gettext_lazy("Middle High German"),
    "grc": gettext_lazy("Ancient Greek"), "gu": gettext_lazy("Gujarati"), "haw": gettext_lazy("Hawaiian"),
    "la": gettext_lazy("Latin"), "mi": gettext_lazy("Maori"), "mt": gettext_lazy("Maltese"),
    "mul": gettext_lazy("Several languages"), "non": gettext_lazy("Old Norse"), "oc": gettext_lazy("Occitan"),
    "pi": gettext_lazy("Pali"), "pro": gettext_lazy("Old Provençal"), "ps": gettext_lazy("Pashto"),
    "sa": gettext_lazy("Sanskrit"), "sco": gettext_lazy("Scots"), "si": gettext_lazy("Sinhala"),
    "syr": gettext_lazy("Syriac"), "tl": gettext_lazy("Tagalog"), "yi": gettext_lazy("Yiddish"),
    "zh": gettext_lazy("Chinese"), "zu": gettext_lazy("Zulu"),
}  # fmt: skip


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


def language_name(code: str) -> str:
    """In the reader's language; the code itself where nobody has told its name."""
    try:
        return capfirst(get_language_info(code)["name_translated"])
    except KeyError:
        return str(FURTHER_NAMES.get(code, code))
