"""Use cases of lending. Each opens its own short transactions; `now` is an aware UTC time."""

from reservations.extensions import NotExtendable, QueueNotEmpty
from reservations.services.allocate import Allocation, allocate, allocate_for_patron
from reservations.services.calendar import ClosureNotFound, change_closure, close_library, close_weekly, reopen_library
from reservations.services.calendar_feed import end_feed, renew_feed
from reservations.services.cancel import NotCancellable, cancel, expire_hold
from reservations.services.dates import (
    Extension,
    NotChangeable,
    NotPausable,
    change_days,
    extend,
    extend_all,
    pause,
)
from reservations.services.defer import NobodyElse, defer
from reservations.services.history import forget_loans_of, forget_old_loans
from reservations.services.loans import NotReturnable, ReturnResult, check_out, return_copy
from reservations.services.lookup import ChangedMeanwhile
from reservations.services.lost import NotLost, NotOnLoan, find_copy, lose_copy
from reservations.services.move import NotMovable, move, move_back
from reservations.services.moving_dates import follow_calendar
from reservations.services.reminders import is_time_to_remind, remind_patrons
from reservations.services.reserve import reserve
from reservations.services.staff_digest import tell_staff
from reservations.services.undo import NotUndoable, undo_check_out, undo_return
from reservations.standing import (
    AlreadyReserved,
    BookUnavailable,
    NotCheckable,
    NotOffered,
    TooManyPending,
)

__all__ = [
    "Allocation",
    "AlreadyReserved",
    "BookUnavailable",
    "ChangedMeanwhile",
    "ClosureNotFound",
    "Extension",
    "NobodyElse",
    "NotCancellable",
    "NotChangeable",
    "NotCheckable",
    "NotExtendable",
    "NotLost",
    "NotMovable",
    "NotOffered",
    "NotOnLoan",
    "NotPausable",
    "NotReturnable",
    "NotUndoable",
    "QueueNotEmpty",
    "ReturnResult",
    "TooManyPending",
    "allocate",
    "allocate_for_patron",
    "cancel",
    "change_closure",
    "change_days",
    "check_out",
    "close_library",
    "close_weekly",
    "defer",
    "end_feed",
    "expire_hold",
    "extend",
    "extend_all",
    "find_copy",
    "follow_calendar",
    "forget_loans_of",
    "forget_old_loans",
    "is_time_to_remind",
    "lose_copy",
    "move",
    "move_back",
    "pause",
    "remind_patrons",
    "renew_feed",
    "reopen_library",
    "reserve",
    "return_copy",
    "tell_staff",
    "undo_check_out",
    "undo_return",
]
