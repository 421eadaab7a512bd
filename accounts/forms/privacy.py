from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DeleteAccountForm(forms.Form):
    """The username typed out, and a tick where something of value would be given up."""

    username = forms.CharField(
        label=_("Type your username to confirm"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    forfeit = forms.BooleanField(
        label=_("I give this up"), error_messages={"required": _("Please tick this if you give it up.")}
    )

    def __init__(self, *args: Any, username: str, something_to_lose: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._username = username
        self.fields["username"].help_text = _("It is %(name)s.") % {"name": username}
        if not something_to_lose:
            del self.fields["forfeit"]

    def clean_username(self) -> str:
        typed = self.cleaned_data["username"]
        if typed.lower() != self._username.lower():
            raise forms.ValidationError(_("This is not your username."))
        return typed
