from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.logging_in import typing_help

NEW_PASSWORD_HELP = _("At least 8 characters; a short sentence is easy to remember and hard to guess.")


def password_field(label: object, autocomplete: str, help_text: object = "", **more: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=128,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(typing_help(autocomplete, **more)),
    )


class PasswordChangeForm(forms.Form):
    old_password = password_field(_("Your password now"), "current-password", autofocus="")
    new_password = password_field(_("New password"), "new-password", NEW_PASSWORD_HELP)


class ResetRequestForm(forms.Form):
    identifier = forms.CharField(
        label=_("Username, e-mail or phone"),
        max_length=254,
        widget=forms.TextInput(typing_help("username", autofocus="")),
    )


class ResetForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the message"),
        max_length=100,
        help_text=_("Opening the link fills it in. Otherwise copy it here from the message."),
        widget=forms.TextInput(typing_help("off")),
    )
    password = password_field(_("New password"), "new-password", NEW_PASSWORD_HELP)
