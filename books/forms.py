"""What a reader may ask of the catalogue, in the address of the page. What can't be read is left out: no error page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from books.browsing import Wish
from books.search.querying import Filters
from books.search.store import COUNT_LIMIT

FIRST_YEAR, LAST_YEAR = -4000, 2200
MOST_READ = _("Most read")
OTHER_SORTS = [("newest", _("New here")), ("title", _("Title A–Z"))]
SORTS = [("relevance", _("Best match")), ("popular", MOST_READ), *OTHER_SORTS]
AUTHOR_SORTS = [("popular", MOST_READ), ("year", _("First published")), *OTHER_SORTS]
FILTERS = ("author", "genre", "publisher", "language", "year_min", "year_max")


class CatalogueForm(forms.Form):
    q = forms.CharField(required=False)  # what is too long the search refuses, and says so
    author = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    genre = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    publisher = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    language = forms.RegexField(r"^[a-z]{2,8}$", required=False)
    year_min = forms.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    year_max = forms.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    available = forms.BooleanField(required=False)
    sort = forms.ChoiceField(required=False, choices=SORTS)
    page = forms.IntegerField(required=False, min_value=1, max_value=COUNT_LIMIT)

    def wish(self) -> Wish:
        self.is_valid()
        asked: dict[str, Any] = self.cleaned_data
        return Wish(
            text=asked.get("q", ""),
            filters=Filters(**{name: asked.get(name) or None for name in FILTERS}),
            available=asked.get("available", False),
            sort=asked.get("sort") or "relevance",
            page=asked.get("page") or 1,
        )


class AuthorForm(forms.Form):
    sort = forms.ChoiceField(required=False, choices=AUTHOR_SORTS)
    page = forms.IntegerField(required=False, min_value=1, max_value=COUNT_LIMIT)

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {"sort": self.cleaned_data.get("sort") or "popular", "page": self.cleaned_data.get("page") or 1}


def sorts_for(wish: Wish) -> list[tuple[str, Any]]:
    """The orders to choose from: without words to match, the best match is what is read most."""
    return SORTS if wish.text else [("relevance", MOST_READ), *OTHER_SORTS]
