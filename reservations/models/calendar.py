from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class WeeklyClosing(models.Model):
    """A day of the week on which the library is closed."""

    weekday = models.PositiveSmallIntegerField(
        _("day of the week"),
        unique=True,
        choices=[
            (0, _("Monday")),
            (1, _("Tuesday")),
            (2, _("Wednesday")),
            (3, _("Thursday")),
            (4, _("Friday")),
            (5, _("Saturday")),
            (6, _("Sunday")),
        ],
    )

    class Meta:
        verbose_name = _("weekly closing day")
        verbose_name_plural = _("weekly closing days")
        ordering = ["weekday"]
        constraints = [models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_closing_is_a_weekday")]

    def __str__(self) -> str:
        return str(self.get_weekday_display())


class Closure(models.Model):
    """Days on which the library is closed besides: holidays, works."""

    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=100, help_text=_("Readers see it"))

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["first_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="closure_ends_after_start")]
        indexes = [models.Index(fields=["last_on"], name="closure_to_come")]

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}: {self.reason}"


class CalendarFeed(models.Model):
    """A patron's due dates for other calendars. Its address is signed with `generation`: the next ends it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed", verbose_name=_("patron")
    )
    generation = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return f"{self.user_id}"
