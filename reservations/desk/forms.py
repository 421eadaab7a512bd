from django import forms
from django.utils.translation import gettext_lazy as _

from reservations.standing import OVERRIDABLE

LARGEST_ID = 2**63 - 1


class ScanForm(forms.Form):
    """What was scanned or typed, and how things stand: the reader, and whether it is only tried."""

    scan = forms.CharField(max_length=200, label=_("Scan a barcode or a card, or type a name"))
    reader = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    dry_run = forms.BooleanField(required=False)
    take_in = forms.BooleanField(required=False)
    days = forms.IntegerField(required=False, min_value=1, max_value=3650)
    overridden = forms.MultipleChoiceField(required=False, choices=[(code, code) for code in sorted(OVERRIDABLE)])
    reason = forms.CharField(required=False, max_length=200)


class ReaderForm(forms.Form):
    """The reader whose turn it is, in the address of the desk."""

    reader = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


class UndoForm(ReaderForm):
    token = forms.CharField(max_length=1000)
