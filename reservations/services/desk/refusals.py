"""Why a scanned copy is not lent or taken in. Those about somebody else carry that reader's id as `user_id`."""

from django.utils.translation import gettext_lazy as _

from library_portal.errors import InvalidInput, NotFound
from reservations.standing import BookUnavailable, ReservationError


class UnknownBarcode(NotFound):
    title = _("No copy has this barcode.")


class HeldForSomebodyElse(ReservationError):
    title = _("This copy is held for somebody else.")


class OutToSomebodyElse(ReservationError):
    title = _("This copy is still on loan to somebody else. Check it in first.")


class SomebodyIsNext(ReservationError):
    code = "queue_not_empty"
    title = _("Somebody else is next for this book. Check the copy in, and it is held for them.")


class LongQueue(ReservationError):
    """Nobody of those looked at may have the copy, and whoever stands behind them is not to be overtaken unseen."""

    code = "queue_not_empty"
    title = _("Very many wait for this book. Who has a place in the queue gets the copy in turn, within minutes.")


class CopyIsLost(BookUnavailable):
    title = _("This copy was reported lost. Check it in first: then it is found.")


class CopyUnavailable(BookUnavailable):
    title = _("This copy is not lent.")


class ReasonMissing(InvalidInput):
    title = _("A rule is set aside only with a reason.")


class OverrideNotPossible(InvalidInput):
    title = _("This rule can't be set aside.")
