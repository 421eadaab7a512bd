"""What comes in and goes out under `auth/` and `users/me/`."""

from django.utils.translation import gettext_lazy as _
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from accounts.codes import Channel
from accounts.device_names import device_in_words
from accounts.models import Role, Session, User

ONE_TIME_CODE = r"^[0-9]{6}\Z"
ANY_CODE = r"^([0-9]{6}|[A-Za-z0-9]{5}[- ]?[A-Za-z0-9]{5})\Z"
LOGIN_ID = r"^[A-Za-z0-9_-]{1,64}\Z"


class SignUpIn(serializers.Serializer):
    """An e-mail or a phone. Of both, the e-mail is kept: the phone is added later, confirmed by its own code."""

    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254, required=False)
    phone = PhoneNumberField(required=False, help_text=_("E.164, as in +14155552671"))
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class LoginIn(serializers.Serializer):
    username = serializers.CharField(max_length=254, help_text=_("Username, or e-mail or phone once it is confirmed"))
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class LoginIdIn(serializers.Serializer):
    login_id = serializers.RegexField(LOGIN_ID, max_length=64)


class VerifyIn(LoginIdIn):
    code = serializers.RegexField(
        ANY_CODE,
        help_text=_("Six digits, or a recovery code as in k7mpd-x3qrt"),
        error_messages={"invalid": _("A code has six digits; a recovery code has ten letters and digits.")},
    )


class AppCodeIn(serializers.Serializer):
    code = serializers.RegexField(
        ONE_TIME_CODE, help_text=_("Six digits"), error_messages={"invalid": _("The code has six digits.")}
    )


class SecondStep(serializers.Serializer):
    on = serializers.BooleanField()


class PasswordIn(serializers.Serializer):
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class PasswordChangeIn(serializers.Serializer):
    old_password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    new_password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class PasswordResetIn(serializers.Serializer):
    username = serializers.CharField(max_length=254, help_text=_("Username, e-mail or phone"))


class PasswordResetConfirmIn(serializers.Serializer):
    token = serializers.CharField(max_length=100, help_text=_("What follows # in the link"), write_only=True)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class RefreshIn(serializers.Serializer):
    refresh = serializers.CharField(max_length=2000)


class ChallengeOut(serializers.Serializer):
    """A code is on its way; with channel `totp` the authenticator app shows it, or a recovery code stands in for it."""

    login_id = serializers.CharField()
    channel = serializers.ChoiceField(Channel.choices)
    expires_in = serializers.IntegerField(help_text=_("Seconds"))


class NewUserOut(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(Role.choices)


class SignedUpOut(ChallengeOut):
    user = NewUserOut()


class TokensOut(serializers.Serializer):
    access = serializers.CharField(help_text=_("Valid for 15 minutes"))
    refresh = serializers.CharField(help_text=_("Valid for 7 days, once"))


class SessionOut(serializers.Serializer):
    id = serializers.UUIDField()
    channel = serializers.ChoiceField(Session.Channel.choices)
    user_agent = serializers.CharField()
    device = serializers.SerializerMethodField(help_text=_("Browser and system in words"))
    address = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    is_current = serializers.BooleanField()

    def get_device(self, session: Session) -> str:
        return device_in_words(session.user_agent)


class AuthenticatorOut(serializers.Serializer):
    is_set_up = serializers.BooleanField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    recovery_codes_left = serializers.IntegerField()


class EnrolmentOut(serializers.Serializer):
    secret = serializers.CharField(help_text=_("The key in base 32, to type into an app"))
    uri = serializers.CharField(help_text=_("otpauth:// address"))
    svg = serializers.CharField(help_text=_("The address as a QR code"))


class RecoveryCodesOut(serializers.Serializer):
    recovery_codes = serializers.ListField(child=serializers.CharField())


class MeOut(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    phone = serializers.SerializerMethodField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    language = serializers.CharField()
    second_step = serializers.BooleanField()
    code_channel = serializers.ChoiceField(User.Channel.choices)
    keeps_loan_history = serializers.BooleanField()
    email_verified = serializers.SerializerMethodField()
    phone_verified = serializers.SerializerMethodField()
    joined_at = serializers.DateTimeField()

    def get_phone(self, user: User) -> str | None:
        return str(user.phone) if user.phone else None

    def get_email_verified(self, user: User) -> bool:
        return user.email_verified_at is not None

    def get_phone_verified(self, user: User) -> bool:
        return user.phone_verified_at is not None


class MeIn(serializers.Serializer):
    first_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    language = serializers.CharField(max_length=10, required=False, allow_blank=True)
    code_channel = serializers.ChoiceField(User.Channel.choices, required=False)
    keeps_loan_history = serializers.BooleanField(required=False)
    email = serializers.EmailField(max_length=254, required=False, allow_null=True)
    phone = PhoneNumberField(required=False, allow_null=True, help_text=_("E.164, as in +14155552671"))


class WholeMeIn(MeIn):
    """Everything I may change; addresses are only ever changed by a code, so those left out stay."""

    first_name = serializers.CharField(max_length=150, allow_blank=True)
    last_name = serializers.CharField(max_length=150, allow_blank=True)
    language = serializers.CharField(max_length=10, allow_blank=True)
    code_channel = serializers.ChoiceField(User.Channel.choices)
    keeps_loan_history = serializers.BooleanField()


class ConfirmationIdIn(serializers.Serializer):
    confirmation_id = serializers.RegexField(LOGIN_ID, max_length=64)


class ConfirmAddressIn(ConfirmationIdIn):
    code = serializers.RegexField(
        ONE_TIME_CODE, help_text=_("Six digits"), error_messages={"invalid": _("The code has six digits.")}
    )


class AddressConfirmationOut(serializers.Serializer):
    """A code is on its way to the new address; it takes its place when the code comes back."""

    confirmation_id = serializers.CharField()
    channel = serializers.ChoiceField(User.Channel.choices)
    address = serializers.CharField()
    expires_in = serializers.IntegerField(help_text=_("Seconds"))


class MeChangedOut(MeOut):
    confirmations = AddressConfirmationOut(many=True)


class ColleagueOut(serializers.Serializer):
    """What librarians see of other staff."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    is_active = serializers.BooleanField()


class PersonOut(ColleagueOut):
    """What librarians see of patrons, and admins of everybody."""

    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    email_verified_at = serializers.DateTimeField(allow_null=True)
    phone_verified_at = serializers.DateTimeField(allow_null=True)
    second_step = serializers.BooleanField()
    joined_at = serializers.DateTimeField()


class NewPatronIn(serializers.Serializer):
    """E-mail or phone, at least: there the link to set the password goes."""

    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254, required=False)
    phone = PhoneNumberField(required=False, help_text=_("E.164, as in +14155552671"))
    first_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=150, required=False, allow_blank=True)


class PatronAccessIn(serializers.Serializer):
    """What librarians change of patrons here."""

    is_active = serializers.BooleanField()


class PersonIn(PatronAccessIn):
    """What admins change of others here."""

    first_name = serializers.CharField(max_length=150, allow_blank=True)
    last_name = serializers.CharField(max_length=150, allow_blank=True)
    role = serializers.ChoiceField(Role.choices)
