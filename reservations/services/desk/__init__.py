"""The circulation desk: what scanning a copy means. Each scan is one short transaction, and can be rehearsed."""

from reservations.services.desk.lending import lend
from reservations.services.desk.refusals import (
    CopyIsLost,
    CopyUnavailable,
    HeldForSomebodyElse,
    LongQueue,
    OutToSomebodyElse,
    OverrideNotPossible,
    ReasonMissing,
    SomebodyIsNext,
    UnknownBarcode,
)
from reservations.services.desk.scanned import Came, Outcome, Scanned
from reservations.services.desk.taking_in import take_in
from reservations.services.desk.undoing import undo_lending, undo_shelving

__all__ = [
    "Came",
    "CopyIsLost",
    "CopyUnavailable",
    "HeldForSomebodyElse",
    "LongQueue",
    "OutToSomebodyElse",
    "Outcome",
    "OverrideNotPossible",
    "ReasonMissing",
    "Scanned",
    "SomebodyIsNext",
    "UnknownBarcode",
    "lend",
    "take_in",
    "undo_lending",
    "undo_shelving",
]
