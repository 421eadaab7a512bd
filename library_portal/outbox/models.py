from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """Something that happened, as ids and ISO times; `published_at` says when the exchange confirmed it."""

    name = models.CharField(_("name"), max_length=60)
    payload = models.JSONField(_("payload"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], name="outbox_event_unpublished", condition=Q(published_at=None)),
            models.Index(fields=["published_at"], name="outbox_event_published"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Delivery(models.Model):
    """One event for one handler: sent again until the handler has said in PostgreSQL that it is done."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        DEAD = "dead", _("dead letter")

    event = models.ForeignKey(OutboxEvent, models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    handler = models.CharField(_("handler"), max_length=120)
    queue = models.CharField(_("queue"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    sends = models.PositiveSmallIntegerField(_("times sent"), default=0)
    attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    send_after = models.DateTimeField(_("send after"), db_default=Now())
    last_error = models.TextField(_("last error"), blank=True, default="")
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="outbox_delivery_once_per_handler"),
            models.CheckConstraint(
                condition=Q(status="done", done_at__isnull=False) | ~Q(status="done"),
                name="outbox_delivery_done_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["send_after", "id"], name="outbox_delivery_due", condition=Q(status="waiting")),
            models.Index(fields=["-id"], name="outbox_delivery_dead", condition=Q(status="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.handler}"
