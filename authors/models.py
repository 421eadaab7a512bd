from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from library_portal.encryption import EncryptedTextField


class AuthorAccount(models.Model):
    """A catalogue author who is a person with a login. The bank account is never read back, only shown masked."""

    author = models.OneToOneField("books.Author", models.PROTECT, related_name="account", verbose_name=_("author"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="author_account", verbose_name=_("user")
    )
    iban = EncryptedTextField(_("IBAN"), blank=True, default="", editable=False)
    account_holder = EncryptedTextField(_("account holder"), blank=True, default="", editable=False)
    linked_at = models.DateTimeField(_("linked at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("author account")
        verbose_name_plural = _("author accounts")

    def __str__(self) -> str:
        """Without the person's name: the admin's log keeps this for longer than the account."""
        return str(self.author)
