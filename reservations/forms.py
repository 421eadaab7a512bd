"""What patrons' pages ask for. An answer that makes no sense is told in words; limits are the services' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_DAYS, MAX_ID = 3650, 2**63 - 1


class ReserveForm(forms.Form):
    """How long (without an answer the plan's longest loan), and whether a place in the queue will do."""

    days = forms.IntegerField(required=False, min_value=1, max_value=MAX_DAYS)
    join_queue = forms.BooleanField(required=False)

    def chosen_days(self) -> int | None:
        """None where nothing sensible was chosen."""
        return self.cleaned_data["days"] if self.is_valid() else None


class DaysForm(forms.Form):
    days = forms.IntegerField(
        min_value=1, max_value=MAX_DAYS, error_messages={"required": _("Please choose for how many days.")}
    )


class ExtendForm(forms.Form):
    """Until when; without an answer as long as the plan allows."""

    until = forms.DateField(required=False)


class PauseForm(forms.Form):
    until = forms.DateField(error_messages={"required": _("Please choose a day.")})


class HistoryForm(forms.Form):
    """Which page of the history: the reservation that ends the page before."""

    before = forms.IntegerField(required=False, min_value=1, max_value=MAX_ID)

    def cursor(self) -> int | None:
        """None where nothing sensible was asked for."""
        return self.cleaned_data["before"] if self.is_valid() else None
