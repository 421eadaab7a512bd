"""Use cases of lending. Each opens its own short transactions; `now` is an aware UTC time."""

from reservations.services.allocate import allocate, allocate_for_patron
from reservations.services.cancel import NotCancellable, cancel, expire_hold
from reservations.services.history import forget_loans_of, forget_old_loans
from reservations.services.loans import NotCheckable, NotReturnable, ReturnResult, check_out, return_copy
from reservations.services.reserve import reserve
from reservations.standing import AlreadyReserved, BookUnavailable, TooManyPending

__all__ = [
    "AlreadyReserved",
    "BookUnavailable",
    "NotCancellable",
    "NotCheckable",
    "NotReturnable",
    "ReturnResult",
    "TooManyPending",
    "allocate",
    "allocate_for_patron",
    "cancel",
    "check_out",
    "expire_hold",
    "forget_loans_of",
    "forget_old_loans",
    "reserve",
    "return_copy",
]
