"""Tampered addresses and forms of the admin: refused or ignored, whichever list or form it is."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client

from accounts.models import Role, Session
from tests.factories.accounts import UserFactory
from tests.factories.tokens import access_token

pytestmark = pytest.mark.django_db
NO_DATES = ["x", "", "0001-01-01", "9999-12-31", "99999-01-01", "2026-02-30", "2026-13", "9" * 40, "\N{GRINNING FACE}"]
NO_IDS = ["abc", "-1", "9" * 30, "1,2", ""]


def areas_with(kind: str) -> list[Any]:
    """Address of the list and name of the field, for every filter by date or every choice from a search box."""
    found = []
    for model, area in admin.site._registry.items():
        opts = model._meta
        names = area.list_filter if kind == "date" else area.autocomplete_fields
        names = [name for name in names if isinstance(name, str)]
        if kind == "date":
            names = [name for name in names if isinstance(opts.get_field(name), models.DateField)]
        found += [pytest.param(f"/admin/{opts.app_label}/{opts.model_name}/", name) for name in names]
    return found


@pytest.fixture
def chief() -> Client:
    client = Client()
    client.force_login(UserFactory(role=Role.ADMIN))
    return client


@pytest.mark.parametrize(("area", "field"), areas_with("date"))
def test_a_date_that_is_none_shows_the_whole_list(chief: Client, area: str, field: str) -> None:
    for text in NO_DATES:
        answer = chief.get(area, {f"{field}__gte": text})
        assert (answer.status_code, answer.url) == (302, f"{area}?e=1"), text
        assert chief.get(area, {f"{field}__isnull": text}).status_code in (200, 302, 400), text


@pytest.mark.parametrize(("area", "field"), areas_with("choice"))
def test_what_is_no_id_is_not_chosen_and_an_error_at_its_field(chief: Client, area: str, field: str) -> None:
    for text in NO_IDS:
        assert chief.get(f"{area}add/", {field: text}).status_code == 200, text
        assert chief.post(f"{area}add/", {field: text}).status_code == 200, text


def test_an_author_that_is_none_is_an_error_in_the_row_of_the_book(chief: Client) -> None:
    rows = {f"{prefix}-{part}": "1" for prefix in ("authorships", "copies") for part in ("TOTAL_FORMS",)}
    form = {**rows, "authorships-INITIAL_FORMS": "0", "copies-INITIAL_FORMS": "0", "title": "New", "daily_fee": "0.10"}
    answer = chief.post("/admin/books/book/add/", form | {"authorships-0-author": "abc", "authorships-0-position": "0"})
    errors = [inline.formset.errors for inline in answer.context["inline_admin_formsets"]]
    assert (answer.status_code, list(errors[0][0])) == (200, ["author"])


def test_dates_that_the_admin_itself_offers_narrow_the_list(chief: Client) -> None:
    access_token(UserFactory())
    area, links = "/admin/accounts/session/", {}
    for spec in chief.get(area).context["cl"].filter_specs:
        if getattr(spec, "field_path", "") == "ended_at":
            links = {str(title): parameters for title, parameters in spec.links}
    found = {
        title: chief.get(area, {name: str(value) for name, value in parameters.items()}).context["cl"].result_count
        for title, parameters in links.items()
    }
    everything = Session.objects.count()
    assert found == {
        "Any date": everything,
        "Today": 0,
        "Past 7 days": 0,
        "This month": 0,
        "This year": 0,
        "No date": everything,
        "Has date": 0,
    }
