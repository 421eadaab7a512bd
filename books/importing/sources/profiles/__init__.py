"""Which columns a kind of CSV file has, and what they mean. The file's header chooses the profile."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from books.importing.sources.profiles.british_library import BRITISH_LIBRARY
from books.importing.sources.profiles.goodbooks import GOODBOOKS
from books.importing.sources.profiles.goodbooks_tags import refuse_tags_alone
from books.importing.sources.profiles.library import LIBRARY, LIBRARY_COLUMNS
from books.importing.sources.profiles.mapping import mapped_profile, proposed_columns
from books.importing.sources.profiles.noisebridge import NOISEBRIDGE
from books.importing.sources.profiles.profile import Profile
from books.importing.sources.profiles.shakespeare import SHAKESPEARE
from books.importing.sources.source import UnknownFile

__all__ = [
    "LIBRARY_COLUMNS",
    "PROFILES",
    "Profile",
    "UnknownHeader",
    "mapped_profile",
    "profile_for",
    "proposed_columns",
]

PROFILES = (GOODBOOKS, BRITISH_LIBRARY, NOISEBRIDGE, SHAKESPEARE, LIBRARY)


class UnknownHeader(UnknownFile):
    """No profile fits the columns in `header`; a person may say which is which (`proposed_columns` helps)."""

    def __init__(self, detail: str, header: Sequence[str]) -> None:
        super().__init__(detail)
        self.header = list(header)


def profile_for(header: Sequence[str], name: str = "") -> Profile:
    """The named profile, else the first that fits. Raises UnknownFile."""
    refuse_tags_alone(frozenset(header))
    candidates = [profile for profile in PROFILES if name in ("", profile.name)]
    if not candidates:
        known = ", ".join(profile.name for profile in PROFILES)
        raise UnknownFile(_("There is no profile “%(name)s”; there are: %(known)s.") % {"name": name, "known": known})
    for profile in candidates:
        if profile.fits(header):
            return profile
    raise UnknownHeader(_explanation(header, candidates, name), header)


def _explanation(header: Sequence[str], candidates: Sequence[Profile], name: str) -> str:
    nearest = min(candidates, key=lambda profile: _distance(profile, header))
    lines = [
        _("The profile “%s” does not fit this file.") % name if name else _("No import profile fits this file."),
        _("The file has these columns: %s.") % (", ".join(header) or _("none")),
        *_lacking(nearest, header),
    ]
    if guesses := proposed_columns(header):
        meant = ", ".join(f"{field}={column}" for field, column in guesses.items())
        lines.append(_("Say which column is which; perhaps: %s.") % meant)
    return "\n".join(lines)


def _distance(profile: Profile, header: Sequence[str]) -> float:
    """Our own columns are nearest to a file that has hardly anything of another kind."""
    share_missing = len(profile.missing(header)) / len(profile.required)
    return 0.5 if profile is LIBRARY else share_missing


def _lacking(profile: Profile, header: Sequence[str]) -> list[str]:
    lines = []
    if missing := profile.missing(header):
        values = {"name": profile.name, "columns": ", ".join(missing)}
        lines.append(_("For the profile “%(name)s” these are missing: %(columns)s.") % values)
    if unknown := profile.unknown(header):
        values = {"name": profile.name, "columns": ", ".join(unknown)}
        lines.append(_("The profile “%(name)s” does not know these: %(columns)s.") % values)
    return lines
