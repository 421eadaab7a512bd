"""What a librarian says of a file: what to do with its books and, for a header nobody knows, what the columns mean."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from books.importing.jobs import Wishes
from books.importing.models import MOST_COPIES, ImportJob
from books.importing.sources.profiles import LIBRARY_COLUMNS
from books.models import Book

ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "cp1250", "iso-8859-2", "cp1251", "koi8-r", "cp1253",
    "cp1254", "cp1255", "cp1256", "mac-roman", "gb18030", "big5", "shift_jis", "euc-kr",
)  # fmt: skip
_LABELS = {
    "authors": _("authors"),
    "isbn": _("ISBN"),
    "genres": _("genres"),
    "copies": _("number of copies"),
    "barcodes": _("barcodes"),
}


class OptionsForm(forms.Form):
    """`key` makes one import of a form that is sent twice."""

    on_match = forms.ChoiceField(
        label=_("Books that are there already"),
        choices=ImportJob.OnMatch.choices,
        initial=ImportJob.OnMatch.SKIP,
        help_text=_("The same book is known by its ISBN, else by title, first author and year."),
    )
    copies = forms.IntegerField(
        label=_("Copies of each new book"),
        min_value=0,
        max_value=MOST_COPIES,
        required=False,
        help_text=_("Left empty: as many as the file says."),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of the file"),
        choices=[("", _("as the file says, else UTF-8")), *((name, name) for name in ENCODINGS)],
        required=False,
    )
    is_dry_run = forms.BooleanField(label=_("Dry run: only show what would happen"), required=False, initial=True)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def wishes(self) -> Wishes:
        said = self.cleaned_data
        return Wishes(
            on_match=said["on_match"],
            copies=said["copies"],
            encoding=said["encoding"],
            is_dry_run=said["is_dry_run"],
        )


class UploadForm(OptionsForm):
    file = forms.FileField(label=_("Catalogue file"), help_text=_("CSV, MARC21, MARCXML or JSON"))
    field_order = ("file",)

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            most = filesizeformat(settings.IMPORT_MAX_BYTES)
            raise forms.ValidationError(_("The file is larger than %(most)s.") % {"most": most})
        return file


class ColumnsForm(OptionsForm):
    """The same options, out of sight, and a choice of the file's columns for each of our fields."""

    file_name = forms.CharField(widget=forms.HiddenInput, max_length=255)

    def __init__(self, *args: Any, header: Sequence[str], proposed: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in OptionsForm.base_fields:
            self.fields[name].widget = forms.HiddenInput()
        choices = [("", "—"), *((column, column) for column in header if column)]
        for field in LIBRARY_COLUMNS:
            self.fields[_name(field)] = forms.ChoiceField(
                label=capfirst(_label(field)),
                choices=choices,
                required=field == "title",
                initial=proposed.get(field, ""),
            )

    def wishes(self) -> Wishes:
        columns = {field: self.cleaned_data[_name(field)] for field in LIBRARY_COLUMNS}
        return super().wishes() | Wishes(columns={field: column for field, column in columns.items() if column})


def _name(field: str) -> str:
    return f"column_{field}"


def _label(field: str) -> Any:
    return _LABELS.get(field) or Book._meta.get_field(field).verbose_name
