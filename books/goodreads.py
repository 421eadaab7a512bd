"""Which links to an author at Goodreads are taken: nobody is led elsewhere from an author's page."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

goodreads_link = RegexValidator(
    r"^https://www\.goodreads\.com/\S+\Z", _("Only links that begin with https://www.goodreads.com/")
)
