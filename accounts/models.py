import re
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from library_portal.encryption import EncryptedTextField


class Role(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    AUTHOR = "author", _("Author")
    LIBRARIAN = "librarian", _("Librarian")
    ADMIN = "admin", _("Admin")


STAFF_ROLES = (Role.LIBRARIAN, Role.ADMIN)
PATRON_ROLES = (Role.CUSTOMER, Role.AUTHOR)

# People log in by username, e-mail or phone: no username may look like one of the other two.
username_rule = RegexValidator(r"^[\w.-]+\Z", _("Letters, digits, dots, hyphens and underscores only."))

# An account that is erased is called this and its id, so nobody else may be.
reserved_names = RegexValidator(r"^deleted-", _("This name is reserved."), inverse_match=True, flags=re.IGNORECASE)

models.CharField.register_lookup(Lower)


# Nobody has shown yet that this sign-up's address is theirs.
UNCONFIRMED = Q(self_registered=True, email_verified_at=None, phone_verified_at=None)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__lower=Lower(models.Value(username)))

    def create_superuser(self, username: str, email: str, password: str) -> "User":
        """For `manage.py createsuperuser`: an admin whose second step goes to this e-mail address."""
        from accounts.roles import join_group

        user = self.model(username=username, email=email, role=Role.ADMIN, is_superuser=True)
        user.set_password(password)
        user.save(using=self._db)
        join_group(user)
        return user


def _by_prefix(field: str) -> models.Index:
    """For `queries.people_matching`: LIKE 'prefix%' in any case, whatever the database's collation."""
    return models.Index(OpClass(Lower(field), name="text_pattern_ops"), name=f"user_by_{field}_prefix")


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a login. Patrons are customers and authors; librarians and admins are staff."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")

    username = models.CharField(_("username"), max_length=150, validators=[username_rule, reserved_names])
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    phone = PhoneNumberField(_("phone"), null=True, blank=True, unique=True)
    first_name = models.CharField(_("first name"), max_length=150, blank=True, default="")
    last_name = models.CharField(_("last name"), max_length=150, blank=True, default="")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.CUSTOMER)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    second_step = models.BooleanField(_("asks for a one-time code"), default=True)
    code_channel = models.CharField(_("codes come by"), max_length=5, choices=Channel, default=Channel.EMAIL)
    email_verified_at = models.DateTimeField(_("e-mail verified at"), null=True, blank=True)
    phone_verified_at = models.DateTimeField(_("phone verified at"), null=True, blank=True)
    keeps_loan_history = models.BooleanField(_("keeps the loan history"), default=False)
    # Staff have looked at everybody else: only these give way or go while no code has confirmed them.
    self_registered = models.BooleanField(_("signed up without staff"), default=False, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)
    joined_at = models.DateTimeField(_("joined at"), db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique_ignoring_case"),
            models.UniqueConstraint(Lower("email"), name="user_email_unique_ignoring_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=Q(role=Role.ADMIN, is_superuser=True) | (~Q(role=Role.ADMIN) & Q(is_superuser=False)),
                name="user_superuser_means_admin",
            ),
            models.CheckConstraint(
                condition=Q(second_step=True) | ~Q(role__in=[Role.LIBRARIAN, Role.ADMIN]),
                name="user_staff_has_second_step",
            ),
        ]
        indexes = [
            models.Index(fields=["role", "id"], name="user_by_role"),
            models.Index(fields=["-joined_at", "-id"], name="user_newest"),
            models.Index(fields=["joined_at"], name="user_unconfirmed", condition=UNCONFIRMED),
            _by_prefix("username"),
            _by_prefix("email"),
            _by_prefix("first_name"),
            _by_prefix("last_name"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def is_patron(self) -> bool:
        return self.role in PATRON_ROLES

    @property
    def needs_code(self) -> bool:
        """Staff always; everybody until a first code has shown that an address is theirs."""
        return self.second_step or self.is_staff or not (self.email_verified_at or self.phone_verified_at)

    def address_for(self, channel: str) -> str:
        """Where codes on this channel go; empty when there is no such address."""
        return str((self.phone if channel == self.Channel.SMS else self.email) or "")

    def verified_address_for(self, channel: str) -> str:
        """The address for this channel if a code has shown that it is theirs, else empty."""
        verified_at = self.phone_verified_at if channel == self.Channel.SMS else self.email_verified_at
        return self.address_for(channel) if verified_at else ""

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username

    def get_short_name(self) -> str:
        return self.first_name or self.username


class PatronManager(UserManager):
    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().filter(role__in=PATRON_ROLES)


class Patron(User):
    """Customers and authors, as librarians look after them: staff are out of their reach (`accounts.admin.patrons`)."""

    objects = PatronManager()

    class Meta:
        proxy = True
        verbose_name = _("patron")
        verbose_name_plural = _("patrons")


class Session(models.Model):
    """One device that is logged in, by tokens or on the web pages; every token names its session."""

    class Channel(models.TextChoices):
        API = "api", _("app")
        WEB = "web", _("web")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", verbose_name=_("user"))
    channel = models.CharField(_("channel"), max_length=3, choices=Channel)
    user_agent = models.CharField(_("device"), max_length=300, blank=True, default="")
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    refresh_id = models.CharField(
        _("current refresh token's id"), max_length=64, blank=True, default="", editable=False
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    last_used_at = models.DateTimeField(_("last used at"), db_default=Now())
    confirmed_at = models.DateTimeField(_("password given at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=30, blank=True, default="")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-last_used_at"]
        indexes = [
            models.Index(fields=["user", "-last_used_at"], name="session_open_by_user", condition=Q(ended_at=None)),
            models.Index(fields=["-last_used_at"], name="session_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_channel_display()}"


class Authenticator(models.Model):
    """A person's authenticator app (TOTP, RFC 6238); it counts from the moment a first code has confirmed it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="authenticator", verbose_name=_("user"))
    secret = EncryptedTextField(_("key"), editable=False)
    last_step = models.BigIntegerField(_("time step of the last code used"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """One of ten codes that stand in for a lost authenticator app, once each; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", verbose_name=_("user"))
    code_hash = models.CharField(max_length=64, editable=False)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once_per_user")]

    def __str__(self) -> str:
        return str(self.user)
