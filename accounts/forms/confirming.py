from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.logging_in import typing_help


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(typing_help("current-password", autofocus="")),
    )
