"""The library's own numbers (those of the plans are rows in the database)."""

from decimal import Decimal

from library_portal.settings.environment import env

HOLD_HOURS: int = env.int("HOLD_HOURS", default=48)
SELF_SERVICE: bool = env.bool("SELF_SERVICE", default=True)
# How long an ended loan names its book where its reader keeps no history; the frequent-reader rule looks as far back.
LOAN_HISTORY_DAYS: int = env.int("LOAN_HISTORY_DAYS", default=30)
MAX_PENDING: int = env.int("MAX_PENDING", default=10)
# Books watched and authors followed, together.
MAX_WATCHES: int = env.int("MAX_WATCHES", default=200)
# From so many waiting per copy on a book goes out for the shorter time only (0: never), and is worth buying again.
SHORT_LOAN_WAITING_PER_COPY: int = env.int("SHORT_LOAN_WAITING_PER_COPY", default=5)
SHORT_LOAN_DAYS: int = env.int("SHORT_LOAN_DAYS", default=7)
PURCHASE_WAITING_PER_COPY: int = env.int("PURCHASE_WAITING_PER_COPY", default=3)
# How long a place in a queue can be paused, in days.
MAX_PAUSE_DAYS: int = env.int("MAX_PAUSE_DAYS", default=365)
# How long the desk can take back its last scan.
UNDO_SECONDS: int = env.int("UNDO_SECONDS", default=60)
# From this hour on, in the library's time zone, people hear once a day of what is due, overdue, or awaits the desk.
REMIND_FROM_HOUR: int = env.int("REMIND_FROM_HOUR", default=8)
# How long the links in mails about reservations are good, at most: mostly the reservation has moved on before.
MAIL_LINK_DAYS: int = env.int("MAIL_LINK_DAYS", default=90)
MAX_EXTENSIONS: int = env.int("MAX_EXTENSIONS", default=2)
# How often one reservation lets the next reader go first: two readers could hold a copy back for ever.
MAX_DEFERRALS: int = env.int("MAX_DEFERRALS", default=2)
DEFAULT_DAILY_FEE = Decimal(env.str("DEFAULT_DAILY_FEE", default="0.10"))
LATE_FEE_FACTOR = Decimal(env.str("LATE_FEE_FACTOR", default="2"))
LATE_FEE_CAP_WITHOUT_PRICE = Decimal(env.str("LATE_FEE_CAP_WITHOUT_PRICE", default="20.00"))
FREQUENT_READER_LOANS, FREQUENT_READER_DAYS = 3, 30
BIG_SPENDER_AMOUNT, BIG_SPENDER_DAYS = Decimal("30.00"), 60
# How long before the end of a period its patron is told.
PLAN_REMINDER_DAYS: int = env.int("PLAN_REMINDER_DAYS", default=3)
# Above so many dollars a day, an admin's adjustments of a wallet need a second admin.
ADJUSTMENT_NEEDS_SECOND = Decimal(env.str("ADJUSTMENT_NEEDS_SECOND", default="50.00"))
TOP_UP_MIN, TOP_UP_MAX = Decimal("1.00"), Decimal("500.00")
