from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptAnswer(models.Model):
    """The first answer to a POST with an `Idempotency-Key`; without a status it is still running."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    path = models.CharField(_("path"), max_length=300)
    key = models.CharField(_("key"), max_length=255)
    body_hash = models.CharField(_("SHA-256 of the body"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    content = models.BinaryField(_("content"), default=b"")
    content_type = models.CharField(_("content type"), max_length=100, blank=True, default="")
    location = models.CharField(_("location"), max_length=300, blank=True, default="")
    claimed_at = models.DateTimeField(_("claimed at"))
    # The payload of each event that is its deed, written in the same transaction (library_portal.api.effects).
    effects = models.JSONField(_("what it has done"), default=list, blank=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="kept_answer_once_per_key")]
        indexes = [models.Index(fields=["claimed_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
