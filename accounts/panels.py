"""What staff see of a person below the form: each context adds its panel, as accounts knows nothing above itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import queries
from accounts.device_names import device_in_words

LOGINS_SHOWN = 5


@dataclass(frozen=True)
class Panel:
    """A table, or the words for an empty one; `link` leads to the whole of it in the admin."""

    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    empty: Any = ""
    link: str = ""


Read = Callable[[int, datetime], Panel]
registered: list[tuple[Any, Read]] = []


def patron_panel(title: Any) -> Callable[[Read], Read]:
    """Register a function of the user id and the time. Contexts do it in their `panels.py`."""

    def register(read: Read) -> Read:
        registered.append((title, read))
        return read

    return register


def panels_of(*, user_id: int, now: datetime) -> list[tuple[Any, Panel]]:
    return [(title, read(user_id, now)) for title, read in registered]


@patron_panel(_("Last log-ins"))
def last_logins(user_id: int, now: datetime) -> Panel:
    sessions = queries.newest_sessions(user_id=user_id)[:LOGINS_SHOWN]
    return Panel(
        columns=[_("logged in"), _("last used"), _("where"), _("address"), _("device"), _("ended")],
        rows=[
            [
                one.created_at,
                one.last_used_at,
                one.get_channel_display(),
                one.address,
                device_in_words(one.user_agent),
                one.ended_at,
            ]
            for one in sessions
        ],
        empty=_("Has never logged in."),
    )
