"""What a use case refuses, shown in the form that asked for it."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse

from library_portal.errors import PortalError, RateLimited, ServiceUnavailable


class ShowsRefusals:
    """Mixin of a page with a form: each text of a refusal stands at its field.

    `refusals_at` is the field for what names none of the form's fields; without it that stands above the form.
    """

    refusals_at: str | None = None

    def refused(self, form: Form, error: PortalError) -> HttpResponse:
        for field, texts in error.extra.get("errors", {"": [error.detail]}).items():
            form.add_error(field if field in form.fields else self.refusals_at, texts)
        status = error.status if isinstance(error, RateLimited | ServiceUnavailable) else 200
        page: Any = self
        return page.render_to_response(page.get_context_data(form=form), status=status)
