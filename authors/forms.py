from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from authors.bank_account import BankAccount, InvalidIban, checked_iban
from books.goodreads import goodreads_link

LONGEST_BIOGRAPHY, LONGEST_CITY, LONGEST_LINK = 10_000, 120, 200
LONGEST_IBAN, LONGEST_HOLDER = 50, 140  # an IBAN has at most 34 letters; people type spaces


class AuthorPageForm(forms.Form):
    """What everybody reads of the author; `version` is the one that was shown."""

    biography = forms.CharField(
        label=_("Biography"),
        max_length=LONGEST_BIOGRAPHY,
        required=False,
        widget=forms.Textarea({"rows": 10}),
        help_text=_("Plain text; an empty line begins a new paragraph."),
    )
    city = forms.CharField(label=_("City"), max_length=LONGEST_CITY, required=False)
    goodreads_url = forms.URLField(
        label=_("Goodreads link"),
        max_length=LONGEST_LINK,
        required=False,
        assume_scheme="https",
        validators=[goodreads_link],
        help_text=_("Begins with https://www.goodreads.com/"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def clean_biography(self) -> str:
        """Browsers send the ends of lines as two characters."""
        return self.cleaned_data["biography"].replace("\r\n", "\n")

    def shows_version(self, version: int) -> None:
        """After a refusal: saving once more means this version."""
        self.data = self.data.copy()
        self.data["version"] = str(version)


class NeverEchoed(forms.TextInput):
    """What was typed does not come back with a form that was refused."""

    def format_value(self, value: Any) -> None:
        return None


class BankAccountForm(forms.Form):
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=LONGEST_IBAN,
        widget=NeverEchoed({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    holder = forms.CharField(
        label=_("Account holder"), max_length=LONGEST_HOLDER, widget=NeverEchoed({"autocomplete": "off"})
    )

    def clean_iban(self) -> str:
        try:
            return checked_iban(self.cleaned_data["iban"])
        except InvalidIban as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def bank_account(self) -> BankAccount:
        return BankAccount(**self.cleaned_data)
