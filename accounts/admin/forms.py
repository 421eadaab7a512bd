"""What staff fill in about people. Passwords and rights are not among it, except the role, for admins."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import queries, services
from accounts.models import User


class PeopleForm(forms.ModelForm):
    """Remembers what it showed: only what staff typed is a change, not what the person changed in the meantime."""

    class Meta:
        model = User
        fields = ["username", "email", "phone", "first_name", "last_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = {field: cleaned.get(field) for field in ("username", "email", "phone")}
        wanted = User(pk=self.instance.pk, **{field: name for field, name in names.items() if name})
        for field, texts in queries.taken(wanted).items():
            self.add_error(field, texts)
        return cleaned

    def validate_constraints(self) -> None:
        """Those are told of at their fields, in words: see `clean`."""


class PatronForm(PeopleForm):
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser asks")), *settings.LANGUAGES], required=False
    )

    class Meta(PeopleForm.Meta):
        fields = [*PeopleForm.Meta.fields, "language"]


class NewPatronForm(PeopleForm):
    """E-mail or phone, at least: there the invitation goes."""

    class Meta(PeopleForm.Meta):
        help_texts = {
            "email": _("Or a phone: a link to set the password goes there."),
            "phone": _("With the country code, as in +1 415 555 2671."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not (cleaned.get("email") or cleaned.get("phone") or self.errors):
            self.add_error("email", _("Give an e-mail address or a phone number."))
        return cleaned


class PersonForm(PatronForm):
    class Meta(PeopleForm.Meta):
        fields = [*PatronForm.Meta.fields, "role", "code_channel"]


class NewPersonForm(NewPatronForm):
    class Meta(NewPatronForm.Meta):
        fields = [*PeopleForm.Meta.fields, "role"]


class PasswordForm(AdminPasswordChangeForm):
    """A new password ends the sessions opened with the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)

    def save(self, commit: bool = True) -> User:
        services.set_password(user_id=self.user.pk, password=self.cleaned_data["password1"], now=timezone.now())
        self.user.refresh_from_db()
        return self.user
