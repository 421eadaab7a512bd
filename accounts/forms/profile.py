"""The forms of the profile page."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.forms.logging_in import typing_help
from accounts.models import User
from library_portal.notifications import queries


class ProfileForm(forms.Form):
    """Language and channel are asked for only where there is something to choose."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "family-name"})
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Of these pages, and of what we write to you.")
    )
    code_channel = forms.ChoiceField(label=_("Codes come by"), choices=User.Channel.choices)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As my browser says")), *settings.LANGUAGES]
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]
        if not all(user.verified_address_for(channel) for channel in User.Channel.values):
            del self.fields["code_channel"]


class EmailForm(forms.Form):
    address = forms.EmailField(
        label=_("New e-mail"), max_length=254, widget=forms.EmailInput(typing_help("email", autofocus=""))
    )


class PhoneForm(forms.Form):
    address = PhoneNumberField(
        label=_("New mobile phone"),
        help_text=_("With the country code, as in +1 415 555 2671."),
        widget=forms.TextInput(typing_help("tel", type="tel", autofocus="")),
    )

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"])


class NotificationsForm(forms.Form):
    """The kinds wanted by each channel this person can be reached by."""

    by_mail = forms.MultipleChoiceField(label=_("E-mail"), required=False)
    by_sms = forms.MultipleChoiceField(label=_("SMS"), required=False)

    def __init__(self, user: User, can_be_texted: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = queries.choices(staff=user.is_staff)
        if not can_be_texted:
            del self.fields["by_sms"]
        if not user.verified_address_for(User.Channel.EMAIL):
            del self.fields["by_mail"]
        for field in self.fields.values():
            field.choices = [(kind.value, kind.label) for kind in self.kinds]

    def wanted(self) -> dict[str, dict[str, bool]]:
        """Channels that can't be chosen stay as they are."""
        return {
            kind.value: {channel: kind in chosen for channel, chosen in self.cleaned_data.items()}
            for kind in self.kinds
        }

    def rows(self) -> list[dict[str, Any]]:
        """A row per kind, a box per channel, for the table."""
        return [
            {
                "kind": kind,
                "boxes": [(name, field.label, kind in self.initial[name]) for name, field in self.fields.items()],
            }
            for kind in self.kinds
        ]
