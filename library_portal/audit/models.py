from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """Every security event. The database takes any text, so that a new one needs no migration."""

    SIGNED_UP = "signed_up", _("Signed up")
    LOGGED_IN = "logged_in", _("Logged in")
    PASSWORD_REFUSED = "password_refused", _("Wrong name or password")
    CODE_SENT = "code_sent", _("One-time code asked for")
    CODE_REFUSED = "code_refused", _("Wrong code")
    TOO_MANY_TRIES = "too_many_tries", _("Stopped by a limit")
    RECOVERY_CODE_USED = "recovery_code_used", _("Logged in with a recovery code")
    IDENTITY_CONFIRMED = "identity_confirmed", _("Password confirmed")
    SESSION_ENDED = "session_ended", _("Session ended")
    REFRESH_TOKEN_REUSED = "refresh_token_reused", _("Refresh token used twice")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET_ASKED = "password_reset_asked", _("Password reset asked for")
    PASSWORD_RESET = "password_reset", _("Password reset")
    EMAIL_CHANGED = "email_changed", _("E-mail changed")
    PHONE_CHANGED = "phone_changed", _("Phone changed")
    SECOND_STEP_CHANGED = "second_step_changed", _("Second step turned on or off")
    SECOND_STEP_RESET = "second_step_reset", _("Second step reset")
    AUTHENTICATOR_ADDED = "authenticator_added", _("Authenticator app added")
    AUTHENTICATOR_REMOVED = "authenticator_removed", _("Authenticator app removed")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("New recovery codes made")
    PERSON_ADDED = "person_added", _("Person added")
    PERSON_CHANGED = "person_changed", _("Person changed")
    ROLE_CHANGED = "role_changed", _("Role changed")
    DEACTIVATED = "deactivated", _("Account deactivated")
    REACTIVATED = "reactivated", _("Account reactivated")
    ACCOUNT_DELETED = "account_deleted", _("Account deleted")
    DATA_EXPORTED = "data_exported", _("Personal data exported")
    LOAN_HISTORY_CHANGED = "loan_history_changed", _("Keeping of the loan history turned on or off")
    AUTHOR_LINKED = "author_linked", _("Author linked to an account")
    AUTHOR_UNLINKED = "author_unlinked", _("Author unlinked from an account")
    BANK_ACCOUNT_CHANGED = "bank_account_changed", _("Bank account changed")
    NAMES_MERGED = "names_merged", _("Merged in the catalogue")
    RESERVATION_CHANGED = "reservation_changed", _("Reservation changed by staff")
    CALENDAR_CHANGED = "calendar_changed", _("Library calendar changed")
    IMPORT_REVERTED = "import_reverted", _("Import taken back")
    WALLET_ADJUSTED = "wallet_adjusted", _("Wallet adjusted")
    ADJUSTMENT_REQUESTED = "adjustment_requested", _("Adjustment of a wallet asked for")
    ADJUSTMENT_APPROVED = "adjustment_approved", _("Adjustment of a wallet approved")
    ADJUSTMENT_REJECTED = "adjustment_rejected", _("Adjustment of a wallet rejected")
    PLAN_TERMS_CHANGED = "plan_terms_changed", _("Price or limits of a plan changed")
    PLAN_GIVEN = "plan_given", _("Plan given by staff")
    PAYMENT_REFUNDED = "payment_refunded", _("Refund of a payment asked for")
    PAYOUTS_EXPORTED = "payouts_exported", _("Author payouts exported")
    LEDGER_EXPORTED = "ledger_exported", _("Ledger exported")
    ACCESS_DENIED = "access_denied", _("Access denied")


class AuditEntry(models.Model):
    """One security event: `who` did `action` to `whom`, `at` that time, from `address` with `user_agent`."""

    action = models.CharField(_("what"), max_length=40)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who"), db_index=False
    )
    whom = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("whom"), db_index=False
    )
    at = models.DateTimeField(_("when"), db_default=Now())
    address = models.GenericIPAddressField(_("from where"), null=True)
    user_agent = models.CharField(_("device"), max_length=300, blank=True, default="")
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["whom", "-id"], name="audit_by_whom"),
            models.Index(fields=["who", "-id"], name="audit_by_who"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["address", "-id"], name="audit_by_address"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
