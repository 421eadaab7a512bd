"""Printing labels of chosen copies: first the sheet is asked for, then comes the PDF."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from books.labels import SHEETS, Label, NotForCode128, label_sheets
from books.models import Copy

MOST_LABELS = 500


class SheetForm(forms.Form):
    sheet = forms.ChoiceField(label=_("Sheet"), choices=[(key, sheet.name) for key, sheet in SHEETS.items()])
    start = forms.IntegerField(
        label=_("First free label"),
        min_value=1,
        initial=1,
        help_text=_("Of a sheet that is used in part: count from the top left, line by line"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sheet = SHEETS.get(cleaned.get("sheet", ""))
        if sheet and cleaned.get("start", 1) > sheet.labels:
            self.add_error("start", _("This sheet has %(count)d labels.") % {"count": sheet.labels})
        return cleaned


def answer_with_labels(
    modeladmin: admin.ModelAdmin, request: HttpRequest, chosen: QuerySet[Any], copies: QuerySet[Copy]
) -> HttpResponse | None:
    """The page that asks for the sheet, then the PDF; None, with a message, for too many copies or none."""
    found = list(
        copies.select_related("book")
        .prefetch_related("book__authorships__author")
        .order_by("barcode")[: MOST_LABELS + 1]
    )
    if not 0 < len(found) <= MOST_LABELS or len(chosen) > MOST_LABELS:
        said = _("Choose what has 1 to %(count)d copies.") % {"count": MOST_LABELS}
        modeladmin.message_user(request, said, messages.ERROR)
        return None
    form = SheetForm(request.POST if "sheet" in request.POST else None)
    if form.is_valid():
        try:
            return _pdf(found, **form.cleaned_data)
        except NotForCode128 as refusal:
            form.add_error(None, str(refusal))
    shown = {"title": _("Print labels"), "form": form, "chosen": chosen, "count": len(found), "opts": modeladmin.opts}
    return TemplateResponse(
        request, "admin/books/labels.html", {**modeladmin.admin_site.each_context(request), **shown}
    )


def _pdf(copies: list[Copy], *, sheet: str, start: int) -> HttpResponse:
    pdf = label_sheets([_label(copy) for copy in copies], sheet=SHEETS[sheet], start=start)
    return HttpResponse(pdf, "application/pdf", headers={"Content-Disposition": 'attachment; filename="labels.pdf"'})


def _label(copy: Copy) -> Label:
    first = next(iter(copy.book.authorships.all()), None)
    return Label(copy.barcode, copy.book.title, first.author.name if first else "")
