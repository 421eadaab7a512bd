"""What the button "Undo" sends: which scan of which librarian, signed, and good for `UNDO_SECONDS`.

The last scan of each desk offers it. One made before that is good for its own minute: the step of the reservation says
whether anything has happened since, so two desks, or two windows, do not get in each other's way.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

from reservations import services
from reservations.models import Reservation
from reservations.services import desk
from reservations.services.desk import Came, Outcome, Scanned

_SIGNER = TimestampSigner(salt="reservations.desk.undo")


class Done(StrEnum):
    LENT = "lent"
    RETURNED = "returned"
    SHELVED = "shelved"


@dataclass(frozen=True)
class ScanDone:
    """`done_at` is ISO 8601; `step` is the reservation's right after the scan."""

    librarian_id: int
    done: Done
    reservation_id: int
    step: int
    came: str
    done_at: str


_DONE = {Outcome.LENT: Done.LENT, Outcome.RETURNED: Done.RETURNED, Outcome.ON_HOLD_SHELF: Done.SHELVED}


def token_of(scanned: Scanned, *, librarian_id: int, now: datetime) -> str:
    """Empty where there is nothing to take back."""
    done, reservation = _DONE.get(scanned.outcome), scanned.reservation
    if done is None or reservation is None:
        return ""
    came = scanned.came.value if scanned.came else ""
    scan = ScanDone(librarian_id, done, reservation.pk, reservation.step, came, now.isoformat())
    return _SIGNER.sign_object(asdict(scan))


def undo(token: str, *, librarian_id: int, now: datetime) -> tuple[Done, Reservation]:
    """Raises NotUndoable: not this librarian's, too late, or something has happened since."""
    try:
        scan = ScanDone(**_SIGNER.unsign_object(token, max_age=settings.UNDO_SECONDS))
    except BadSignature as error:
        raise services.NotUndoable from error
    if scan.librarian_id != librarian_id:
        raise services.NotUndoable
    return Done(scan.done), _take_back(scan, now)


def _take_back(scan: ScanDone, now: datetime) -> Reservation:
    done_at = datetime.fromisoformat(scan.done_at)
    common = {"reservation_id": scan.reservation_id, "step": scan.step, "done_at": done_at, "now": now}
    if scan.done == Done.LENT:
        return desk.undo_lending(came=Came(scan.came), **common)
    if scan.done == Done.RETURNED:
        return services.undo_return(**common)
    return desk.undo_shelving(**common)
