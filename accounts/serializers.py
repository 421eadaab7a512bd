"""What comes in and goes out under `auth/` and `users/me/`."""

from django.utils.translation import gettext_lazy as _
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from accounts.models import Role, Session, User

ONE_TIME_CODE = r"^[0-9]{6}\Z"
LOGIN_ID = r"^[A-Za-z0-9_-]{1,64}\Z"


class SignUpIn(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254, required=False)
    phone = PhoneNumberField(required=False, help_text=_("E.164, as in +14155552671"))
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class LoginIn(serializers.Serializer):
    username = serializers.CharField(max_length=254, help_text=_("Username, e-mail or phone"))
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class LoginIdIn(serializers.Serializer):
    login_id = serializers.RegexField(LOGIN_ID, max_length=64)


class VerifyIn(LoginIdIn):
    code = serializers.RegexField(ONE_TIME_CODE, help_text=_("Six digits"))


class PasswordIn(serializers.Serializer):
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class RefreshIn(serializers.Serializer):
    refresh = serializers.CharField(max_length=2000)


class ChallengeOut(serializers.Serializer):
    """A code is on its way."""

    login_id = serializers.CharField()
    channel = serializers.ChoiceField(User.Channel.choices)
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
    address = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    is_current = serializers.BooleanField()


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
