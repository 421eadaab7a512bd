"""The forms of signing up and logging in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.codes import DIGITS
from accounts.services.recovery_codes import LENGTH


def typing_help(autocomplete: str, **more: str) -> dict[str, str]:
    return {"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false", **more}


class SignUpForm(forms.Form):
    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        help_text=_("Others may see it. Letters, digits, dots, hyphens and underscores."),
        widget=forms.TextInput(typing_help("username")),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("We send a code to it, to confirm that it is yours."),
        widget=forms.EmailInput(typing_help("email")),
    )
    phone = PhoneNumberField(
        label=_("Mobile phone"),
        required=False,
        help_text=_(
            "Instead of an e-mail, if you would rather have codes by SMS: with the country code, +1 415 555 2671."
        ),
        widget=forms.TextInput(typing_help("tel", type="tel")),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 8 characters; a short sentence is easy to remember and hard to guess."),
        widget=forms.PasswordInput(typing_help("new-password")),
    )

    def clean_phone(self) -> str:
        return str(self.cleaned_data["phone"] or "")


class LoginForm(forms.Form):
    identifier = forms.CharField(
        label=_("Username, e-mail or phone"),
        max_length=254,
        help_text=_("An e-mail or phone works once a code has confirmed it."),
        widget=forms.TextInput(typing_help("username")),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(typing_help("current-password")),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Six digits"),
        widget=forms.TextInput(typing_help("one-time-code", inputmode="numeric", autofocus="")),
    )

    def clean_code(self) -> Any:
        code = "".join(self.cleaned_data["code"].split())
        if not (len(code) == DIGITS and code.isascii() and code.isdigit()):
            raise forms.ValidationError(_("The code has six digits."))
        return code


class FirstCodeForm(CodeForm):
    """Below a QR code: taking the focus would scroll that away, or cover it with a phone's keyboard."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["code"].widget.attrs["autofocus"]


class RecoveryCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=20,
        help_text=_("As in k7mpd-x3qrt. Each of them works once."),
        widget=forms.TextInput(typing_help("off", autofocus="")),
    )

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].replace("-", "").split())
        if not (len(code) == LENGTH and code.isascii() and code.isalnum()):
            raise forms.ValidationError(_("A recovery code has ten letters and digits."))
        return code
