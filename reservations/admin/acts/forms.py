"""What staff say with an act: why, for how long. The rows that it is about come with it, each with its step."""

import re
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminTextInputWidget
from django.utils.translation import gettext_lazy as _

MOST_AT_ONCE = 100
ROW = re.compile(r"(\d{1,18}):(\d{1,9})")


class ActForm(forms.Form):
    """`row`, which may come often, is `<id>:<step>`: what has changed since the page was shown is left alone."""

    def rows(self) -> dict[int, int]:
        """Step by id, of those that can be read."""
        found = (ROW.fullmatch(row) for row in self.data.getlist("row")[:MOST_AT_ONCE])
        return {int(row[1]): int(row[2]) for row in found if row and row[0].isascii()}

    def clean(self) -> dict[str, Any]:
        if not self.rows():
            raise forms.ValidationError(_("Nothing was chosen."))
        return super().clean() or self.cleaned_data


class ReasonForm(ActForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=AdminTextInputWidget,
        help_text=_("It is kept in the audit log. No personal details, please."),
    )


class NoteForm(ActForm):
    reason = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=AdminTextInputWidget,
        help_text=_("It is kept in the audit log."),
    )


class ExtendForm(ActForm):
    until = forms.DateField(
        label=_("Due on"),
        required=False,
        widget=AdminDateWidget,
        help_text=_("Empty: as long as the plan allows."),
    )


class DaysForm(ActForm):
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=3650)


class PauseForm(ActForm):
    until = forms.DateField(
        label=_("Paused until"), required=False, widget=AdminDateWidget, help_text=_("Empty: goes on at once.")
    )
