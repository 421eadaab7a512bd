"""What a librarian enters of a book, checked as the API checks it, and its people beside it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from books import services
from books.covers.pictures import CoverPicture, NotAPicture, cover_picture
from books.isbn import InvalidIsbn, isbn13
from books.languages import UnknownLanguage, language_code
from books.models import Authorship, Isbn
from books.serializers import EARLIEST_YEAR, LATEST_YEAR, MOST_ISBNS
from library_portal.admin_inputs import ForgivingChoices

PLAIN = (
    "title", "original_title", "subtitle", "series", "language", "year", "pages", "cover", "cover_url", "description",
    "price", "daily_fee", "is_lendable",
)  # fmt: skip


class BookForm(forms.ModelForm):
    """Remembers the version it shows: others change the same book meanwhile."""

    cover_url = forms.URLField(
        label=_("picture elsewhere"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Fetched where the portal may ask that host"),
    )
    isbn = forms.CharField(
        label=_("ISBN"), max_length=20, required=False, help_text=_("ISBN-10 or ISBN-13 in any form")
    )
    other_isbns = forms.CharField(
        label=_("other ISBNs"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3, "cols": 24}),
        help_text=_("Of other bindings and of the e-book, one on each line"),
    )
    language = forms.CharField(
        label=_("language"), max_length=35, required=False, help_text=_("ISO 639 code, such as en or de")
    )
    year = forms.IntegerField(
        label=_("first published"),
        required=False,
        min_value=EARLIEST_YEAR,
        max_value=LATEST_YEAR,
        help_text=_("Negative before our era"),
    )
    pages = forms.IntegerField(label=_("pages"), required=False, min_value=1, max_value=100_000)
    picture = forms.FileField(label=_("new picture"), required=False, help_text=_("JPEG, PNG, WebP or GIF"))
    remove_picture = forms.BooleanField(label=_("take the picture away"), required=False)
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)
        self.initial["seen_version"] = self.instance.version
        if self.instance.pk:
            others = self.instance.isbns.exclude(number=self.instance.isbn or "")
            self.initial["other_isbns"] = "\n".join(others.values_list("number", flat=True))

    def clean_isbn(self) -> str | None:
        return _isbn13(self.cleaned_data["isbn"]) if self.cleaned_data["isbn"] else None

    def clean_other_isbns(self) -> list[str]:
        numbers = [_isbn13(line) for line in self.cleaned_data["other_isbns"].splitlines() if line.strip()]
        if len(numbers) > MOST_ISBNS:
            raise ValidationError(_("At most %(count)d."), params={"count": MOST_ISBNS})
        return numbers

    def clean_language(self) -> str:
        try:
            return language_code(self.cleaned_data["language"])
        except UnknownLanguage as error:
            raise ValidationError(str(error)) from error

    def clean_picture(self) -> CoverPicture | None:
        sent = self.cleaned_data["picture"]
        try:
            return cover_picture(sent) if sent else None
        except NotAPicture as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("seen_version") not in (None, self.instance.version):
            raise ValidationError(services.StaleBook.title)
        for field, numbers in (("isbn", [cleaned.get("isbn")]), ("other_isbns", cleaned.get("other_isbns") or [])):
            if Isbn.objects.filter(number__in=numbers).exclude(book=self.instance.pk).exists():
                self.add_error(field, services.IsbnTaken.title)
        return cleaned

    def changes(self) -> services.BookChanges:
        """All that the form says, as the services take it."""
        given = self.cleaned_data
        changes: Any = {name: given[name] for name in PLAIN}
        return changes | {
            "isbns": [number for number in (given["isbn"], *given["other_isbns"]) if number],
            "publisher": given["publisher"].name if given["publisher"] else None,
            "genres": [genre.name for genre in given["genres"]],
        }


class AuthorshipInline(ForgivingChoices, admin.TabularInline):
    model = Authorship
    verbose_name, verbose_name_plural = _("author"), _("authors")
    autocomplete_fields = ("author",)
    extra = 0


def credits_of(formset: Any) -> list[services.Credit]:
    """In the order of the positions, and where these are alike in that of the form."""
    rows = [form.cleaned_data for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    in_order = sorted((row for row in rows if row.get("author")), key=lambda row: row["position"])
    return [services.Credit(row["author"].name, row["role"]) for row in in_order]


def _isbn13(text: str) -> str:
    try:
        return isbn13(text)
    except InvalidIsbn as error:
        raise ValidationError(str(error)) from error
