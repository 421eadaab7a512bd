"""International Standard Book Numbers, kept as ISBN-13 without hyphens."""

from django.utils.translation import gettext as _
from stdnum import isbn
from stdnum.exceptions import InvalidChecksum, ValidationError

from library_portal.errors import InvalidInput

SHORTEST_WITHOUT_ZEROS = 7


class InvalidIsbn(InvalidInput):
    """The text is no ISBN, or its check digit is wrong."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"isbn": [detail]})


def isbn13(text: str) -> str:
    """The ISBN-13 of an ISBN in any form, also a 10-digit one whose leading zeros a spreadsheet took away.

    Raises InvalidIsbn.
    """
    compact = isbn.compact(text)
    if SHORTEST_WITHOUT_ZEROS <= len(compact) < 10:
        compact = compact.zfill(10)
    try:
        return isbn.validate(compact, convert=True)
    except InvalidChecksum as error:
        raise InvalidIsbn(_("The ISBN “%s” has a wrong check digit.") % text) from error
    except ValidationError as error:
        raise InvalidIsbn(_("“%s” is not an ISBN.") % text) from error
