from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from reservations.waiting_time import Estimate


class PurchaseSuggestion(models.Model):
    """A view of the database: a book that somebody waits for, and how many for each copy that is lent.

    Where no copy is lent, everybody waits for the one that is to be bought.
    """

    if TYPE_CHECKING:
        # Put there by `purchases.with_waits`.
        estimate: "Estimate | None"
        is_lent_shorter: bool

    book = models.OneToOneField(
        "books.Book", models.DO_NOTHING, primary_key=True, related_name="+", verbose_name=_("book")
    )
    waiting = models.IntegerField(_("people waiting"))
    copies = models.IntegerField(_("copies that are lent"))
    away = models.IntegerField(_("lost or away"))
    waiting_per_copy = models.FloatField(_("waiting for each copy"))

    class Meta:
        managed = False
        db_table = "reservations_purchasesuggestion"
        verbose_name = _("purchase suggestion")
        verbose_name_plural = _("purchase suggestions")

    def __str__(self) -> str:
        return str(self.book)
