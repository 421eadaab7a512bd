from django import forms


class ReserveForm(forms.Form):
    """How long; without an answer the plan's longest loan."""

    days = forms.IntegerField(required=False, min_value=1, max_value=3650)
