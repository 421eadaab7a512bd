"""Refusals of the services, shown in the form that asked."""

from django import forms

from library_portal.errors import PortalError


def show_in(form: forms.Form, refusal: PortalError) -> None:
    """Beside the field where the refusal names one, else above the form."""
    errors = refusal.extra.get("errors", {})
    for field, texts in errors.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, text)
    if not errors:
        form.add_error(None, str(refusal))
